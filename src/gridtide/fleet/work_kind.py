"""What deferrable work does: whether it trains a model from nothing, adapts one, computes in batches, or answers."""

from enum import StrEnum


class WorkKind(StrEnum):
    """pre-training: a model from nothing. fine-tuning: a model that is there. batch: everything else that ends.
    serving: jobs that answer requests, as some logs list them."""

    PRE_TRAINING = "pre-training"
    FINE_TUNING = "fine-tuning"
    BATCH = "batch"
    SERVING = "serving"


WORDS = (
    (WorkKind.FINE_TUNING, ("finetun", "tuning", "tune", "sft", "rlhf", "lora", "adapt", "distil")),
    (WorkKind.BATCH, ("batch", "data", "eval", "offline", "simulation", "render", "etl")),
    (WorkKind.SERVING, ("serving", "serve", "online", "chat", "inference")),
    (WorkKind.PRE_TRAINING, ("pretrain", "train", "foundation")),
)
"""Parts of a name and the kind they tell, the first that is found; letters alone count."""


def kind_by_name(name: str) -> WorkKind | None:
    """What a name says of the kind of work that has it, None where it says nothing."""
    letters = "".join(letter for letter in name.lower() if letter.isalpha())
    for kind, words in WORDS:
        if any(word in letters for word in words):
            return kind
    return None
