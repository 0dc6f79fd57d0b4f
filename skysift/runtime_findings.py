"""What `skysift doctor` looks at in the runtime: which is installed, and what it can use."""

from collections.abc import Iterator, Mapping, Sequence

from ensembles.errors import WeightsError
from models.handles import available_providers, installed_runtimes
from models.providers import card_is_there, chosen_provider, why_cpu
from models.settings import Provider
from skysift.findings import Finding, fail, ok, warn

ONE_OF = "install exactly one of skysift[cpu] and skysift[gpu]"
BOTH_REMEDY = (
    "they overwrite each other's files: pip uninstall -y onnxruntime onnxruntime-gpu, "
    "then install skysift[cpu] or skysift[gpu]"
)


def look_at_runtime(wanted: Provider) -> Iterator[Finding]:
    """Yield what was found; `wanted` is the provider of the settings."""
    yield runtime_finding(installed_runtimes())
    yield provider_finding(wanted, available_providers(), card_is_there=card_is_there())


def runtime_finding(installed: Mapping[str, str]) -> Finding:
    """Judge which packages give the module `onnxruntime`: version by package."""
    found = " and ".join(f"{package} {version}" for package, version in installed.items())
    if not installed:
        return fail("runtime", "no ONNX Runtime is installed", ONE_OF)
    if len(installed) > 1:
        return fail("runtime", f"{found} are both installed", BOTH_REMEDY)
    return ok("runtime", found)


def provider_finding(
    wanted: Provider, available: Sequence[str], *, card_is_there: bool = False
) -> Finding:
    """Judge whether models can run where the settings want them."""
    if not available:
        return fail("provider", "none, because there is no runtime", ONE_OF)
    try:
        chosen = chosen_provider(wanted, available)
    except WeightsError as error:
        return fail("provider", f"SKYSIFT_PROVIDER={wanted}", str(error))
    found = f"SKYSIFT_PROVIDER={wanted} runs on {chosen}; there are {_short(available)}"
    if wanted == "auto" and (why := why_cpu(available, card_is_there=card_is_there)):
        return warn("provider", f"{found}, and an NVIDIA GPU that is not used", why)
    return ok("provider", found)


def _short(providers: Sequence[str]) -> str:
    return ", ".join(name.removesuffix("ExecutionProvider") for name in providers)
