"""What everything that keeps blocks promises; a newcomer's test inherits this class."""

import pytest

from gridtide.trust.blocks import BlockFault, KeepsBlocks, hash_of

SOME = {hash_of(one): one for one in (b"", b"one", bytes(range(256)) * 400)}


class BlockPromises:
    """Give `new_blocks()`, empty, and `blocks_again(blocks)` that opens the same ones again."""

    def new_blocks(self) -> KeepsBlocks:
        """An empty keeper of blocks."""
        raise NotImplementedError("return an empty keeper of the kind under test")

    def blocks_again(self, blocks: KeepsBlocks) -> KeepsBlocks:
        """The same blocks as another process would open them."""
        return blocks

    def test_what_is_kept_comes_back(self) -> None:
        """Byte for byte, whoever asks."""
        blocks = self.new_blocks()
        blocks.keep(SOME)
        again = self.blocks_again(blocks)
        assert {name: again.block(name) for name in SOME} == SOME

    def test_what_is_there_takes_no_more_room(self) -> None:
        """The same block is kept once, also by the one who comes after."""
        blocks = self.new_blocks()
        assert blocks.keep(SOME) > 0
        assert blocks.keep(SOME) == 0
        assert self.blocks_again(blocks).keep(SOME) == 0

    def test_what_was_never_kept_is_said_to_be_missing(self) -> None:
        """Nothing is made up."""
        with pytest.raises(BlockFault, match=r"block .* is missing"):
            self.new_blocks().block(hash_of(b"another"))
