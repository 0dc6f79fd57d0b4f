"""CLIP's tokenizer as a `tokenizer.json`, so that prompts need no torch when they change.

open_clip's `SimpleTokenizer` cleans text with ftfy, `html.unescape`, whitespace folding and
lower case, then applies byte-level BPE. What is not carried over: ftfy's repair of mis-decoded
text (mojibake, C1 control characters), HTML entities outside ENTITIES, and characters too new
for the Unicode tables of one of the two libraries.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from ensembles.errors import WeightsError

if TYPE_CHECKING:
    from open_clip.tokenizer import SimpleTokenizer

WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
UNESCAPES = 3  # ftfy does it once and CLIP twice more, so `&amp;amp;lt;` is `<`
ENTITIES = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&#39;": "'",
    "&nbsp;": " ",
    "&deg;": "°",
}
PAD_ID = 0

# What an export is checked with: each line once went wrong in some converter.
PROBES = (
    "",
    "a photo of a cat",
    "An AERIAL Photo of a Red Car, seen from above.",
    "it's the hiker's tent; they'll've said we're 'ere",
    "  many \t spaces\nand\r\nlines\u00a0here \u3000 ",
    "3 boats, 12.5 m long & 100% white!!! (#1)",
    "a_b-c/d\\e|f~g`h^i*j+k=l<m>n{o}p[q]",
    "“curly” ‘quotes’ and ﬁne ligatures, ＦＵＬＬ ｗｉｄｔｈ",  # noqa: RUF001  # look-alikes on purpose
    "naïve café Ångström straße ŒUVRE İstanbul",
    "e\u0301 as two characters, é as one",
    "Ein Wanderer im Schnee · путник · 徒步者 · ハイカー · مسافر · हाइकर",
    "🚁 over 🏔️ with 👨‍👩‍👧",
    "salt &amp; pepper, &lt;b&gt;bold&lt;/b&gt;, &quot;quoted&quot;, 30&deg;, &amp;amp;",
    "supercalifragilisticexpialidocious" * 3,
    "long " * 200,
)


def clip_tokenizer(source: "SimpleTokenizer") -> Tokenizer:
    """Return a tokenizer that gives the ids of open_clip's.

    Raises:
        WeightsError: Its ids differ on a probe, or it cleans text in a way not carried over.
    """
    tokenizer = Tokenizer(
        models.BPE(
            vocab=source.encoder,
            merges=list(source.bpe_ranks),
            end_of_word_suffix="</w>",
            continuing_subword_prefix="",
            fuse_unk=False,
        )
    )
    tokenizer.normalizer = normalizers.Sequence(list(_cleaning()))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    start, end = (source.decoder[index] for index in source.all_special_ids[:2])
    tokenizer.add_special_tokens([start, end])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        special_tokens=[(start, source.sot_token_id), (end, source.eot_token_id)],
    )
    fit_to_context(tokenizer, source.context_length)
    refuse_other_ids(tokenizer, source, PROBES)
    return tokenizer


def fit_to_context(tokenizer: Tokenizer, context_length: int) -> None:
    """Make every prompt `context_length` tokens long, keeping the end token of long ones.

    The padding id stays the tokenizer's own where it has one, and is CLIP's otherwise.
    """
    padding = tokenizer.padding or {"pad_id": PAD_ID, "pad_token": tokenizer.id_to_token(PAD_ID)}
    tokenizer.enable_truncation(context_length)
    tokenizer.enable_padding(
        length=context_length, pad_id=padding["pad_id"], pad_token=padding["pad_token"]
    )


def refuse_other_ids(
    tokenizer: Tokenizer, source: "SimpleTokenizer", prompts: Sequence[str]
) -> None:
    """Check that both give the same ids.

    Raises:
        WeightsError: Naming the first prompt on which they do not.
    """
    expected = source(list(prompts)).tolist()
    for prompt, ids, encoding in zip(
        prompts, expected, tokenizer.encode_batch(list(prompts)), strict=True
    ):
        if encoding.ids != ids:
            raise WeightsError(
                f"tokenizer: {prompt!r} became {encoding.ids} and not {ids}; "
                "this tokenizer cannot be carried over"
            )


def _cleaning() -> Iterator[normalizers.Normalizer]:
    """Yield what ftfy, `html.unescape` and `lower` do, as far as it has no state."""
    from ftfy import chardata  # noqa: PLC0415  # comes with open_clip, only to export

    for entity, text in UNESCAPES * list(ENTITIES.items()):
        yield normalizers.Replace(entity, text)
    yield from (
        normalizers.Replace(chr(code), text or "")
        for table in (chardata.LIGATURES, chardata.WIDTH_MAP, chardata.CONTROL_CHARS)
        for code, text in table.items()
    )
    for curly, straight in ((chardata.SINGLE_QUOTE_RE, "'"), (chardata.DOUBLE_QUOTE_RE, '"')):
        yield normalizers.Replace(Regex(curly.pattern), straight)
    yield normalizers.NFC()
    yield normalizers.Replace(Regex(r"(?<=[\p{Lu}\p{Ll}])Σ(?![\p{Lu}\p{Ll}])"), "ς")
    yield normalizers.Lowercase()
