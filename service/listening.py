"""Whether a service could listen at an address."""

import socket

from ensembles.errors import ConfigError


def trouble_at(host: str, port: int) -> str:
    """Return why nobody can listen there now, such as `Address already in use`; empty if one can.

    Args:
        host: A name or an address of this machine.
        port: 1 to 65535.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As servers do it, so that a connection that just ended does not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def refuse_deaf_address(host: str, port: int) -> None:
    """Refuse to start where nobody can be heard.

    Raises:
        ConfigError: Somebody else listens there, or the address is none of this machine's.
    """
    if trouble := trouble_at(host, port):
        raise ConfigError(
            f"cannot listen on {host}:{port}: {trouble}; choose another with --port or "
            "SKYSIFT_PORT, --host or SKYSIFT_HOST"
        )
