"""The streams of a check, on disk: a mapping like any other, in the same memory however many there are."""

from tests.world import NOON

from responder.adapters import streams_on_disk
from responder.adapters.streams_on_disk import StreamsOnDisk
from responder.domain.stream_check import Followed, Line

AHEAD = Line("k", "v", "s", 3, "0", "1", NOON, "told", "received", "", "", 0, 0)


def test_more_streams_than_are_kept_at_hand_are_all_remembered() -> None:
    with StreamsOnDisk() as streams:
        for number in range(streams_on_disk.AT_HAND + 10):
            streams[f"s{number:06d}"] = Followed(seq=number, at=NOON, intended=("a", "b"), ahead=(AHEAD,))

        assert len(streams) == streams_on_disk.AT_HAND + 10
        assert streams["s000003"] == Followed(seq=3, at=NOON, intended=("a", "b"), ahead=(AHEAD,))
        assert list(streams)[:2] == ["s000000", "s000001"]


def test_the_last_state_of_a_stream_counts_and_an_unknown_one_is_none() -> None:
    with StreamsOnDisk() as streams:
        streams["s"] = Followed(seq=1)
        assert len(streams) == 1
        streams["s"] = Followed(seq=2)

        assert streams["s"].seq == 2
        assert streams.get("t") is None
        del streams["s"]
        assert "s" not in streams
