"""[[signal]] public_key: a file that counts only with the signature of who gives it out, beside it as `FILE.sig`."""

from pathlib import Path

from gridtide.case.schema import SignalTable
from gridtide.finding import BadInput, Finding
from gridtide.trust.signed_source import is_sealed

ENDING = ".sig"
MOST_BYTES = 1_000


def signature_of(path: Path) -> Path:
    """Where the signature of a file lies."""
    return path.with_name(path.name + ENDING)


def refuse_unsigned(table: SignalTable, path: Path, number: int) -> None:
    """Raise BadInput for a file without the signature that its table asks for."""
    if table.public_key is None:
        return
    beside = signature_of(path)
    try:
        content = path.read_bytes()
        with beside.open("rb") as file:
            signature = file.read(MOST_BYTES).decode("ascii", errors="replace")
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        raise BadInput(
            [_fault(number, f"{error.filename}: {why}", f"the file, and {beside.name} beside it")]
        ) from error
    if not is_sealed(content, signature, table.public_key):
        shown = f"{beside.name} is not theirs over {path.name} as it lies there"
        raise BadInput([_fault(number, shown, "the signature of who holds the key, over the file")])


def _fault(number: int, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"signal[{number}].public_key",
        value=value,
        limit=limit,
        mend="Fetch file and signature again; ask who gives it out where that does not help.",
    )
