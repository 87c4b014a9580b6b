"""What everything that keeps documents promises; a newcomer's test inherits this class."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gridtide.finding import BadInput
from gridtide.trust.documents import KeepsDocuments

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class DocumentPromises:
    """Give `new_documents()`, empty, and `reopened(documents)` that opens the same ones again."""

    def new_documents(self) -> KeepsDocuments:
        """An empty keeper of documents."""
        raise NotImplementedError("return an empty keeper of the kind under test")

    def reopened(self, documents: KeepsDocuments) -> KeepsDocuments:
        """The same documents as another process would open them."""
        return documents

    def test_every_version_stays(self) -> None:
        """What stood before can be read for good; the newest is what stands."""
        documents = self.new_documents()
        for number, mode in enumerate(("observe", "advise", "act")):
            at = NOON + timedelta(minutes=number)
            documents.keep(
                "autonomy", "fleet", at, {"mode": mode, "share": 0.25, "by": ["甲", None]}
            )
        again = self.reopened(documents)
        versions = again.versions("autonomy", "fleet")
        assert [one.version for one in versions] == [1, 2, 3]
        assert [one.value["mode"] for one in versions] == ["observe", "advise", "act"]
        assert versions[1].value == {"mode": "advise", "share": 0.25, "by": ["甲", None]}
        assert again.newest("autonomy", "fleet") == versions[-1]

    def test_an_instant_comes_back_in_utc(self) -> None:
        """To the microsecond, whatever zone it was said in."""
        said = datetime(2026, 3, 2, 20, 0, 0, 123_457, tzinfo=timezone(timedelta(hours=8)))
        documents = self.new_documents()
        documents.keep("approval", "a", said, {})
        kept = self.reopened(documents).newest("approval", "a")
        assert kept is not None
        assert kept.at == said
        assert kept.at.utcoffset() == timedelta(0)

    def test_the_newest_of_a_kind_come_by_id(self) -> None:
        """One for each id, and none of another kind."""
        documents = self.new_documents()
        for id in ("b", "a", "C"):
            documents.keep("proposal", id, NOON, {"stage": "proposed"})
        documents.keep("proposal", "a", NOON, {"stage": "approved"})
        documents.keep("other", "z", NOON, {})
        found = self.reopened(documents).of_kind("proposal")
        assert [(one.id, one.version, one.value["stage"]) for one in found] == [
            ("C", 1, "proposed"), ("a", 2, "approved"), ("b", 1, "proposed")]  # fmt: skip

    def test_the_same_again_adds_nothing(self) -> None:
        """Who does not know whether a value was kept writes it again."""
        documents = self.new_documents()
        first = documents.keep("approval", "a", NOON, {"by": "ada"})
        assert documents.keep("approval", "a", NOON + timedelta(seconds=1), {"by": "ada"}) == first
        assert len(documents.versions("approval", "a")) == 1

    def test_what_was_never_kept_is_not_there(self) -> None:
        """None, and nothing raised."""
        documents = self.new_documents()
        assert documents.newest("approval", "a") is None
        assert documents.versions("approval", "a") == ()
        assert documents.of_kind("approval") == ()

    def test_a_name_that_some_store_could_not_keep_is_refused_by_all(self) -> None:
        """Said with the name; nothing is written."""
        documents = self.new_documents()
        for name in ("", "a\0b", "\ud800"):
            with pytest.raises(BadInput, match="kind or id"):
                documents.keep("approval", name, NOON, {})
        assert documents.of_kind("approval") == ()
