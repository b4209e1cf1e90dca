"""What every client goes through as a member of groups."""

import concurrent.futures

from clients import cases
from clients.cases import PARTITIONS, check_refused, wait_until
from harness import tap

POLL_MS = 100
POLL_RECORDS = 10


def poll_all(members):
    """At the same time: one may have to wait for another."""
    with concurrent.futures.ThreadPoolExecutor(len(members)) as threads:
        list(threads.map(lambda member: member.poll(), members))


class Member:
    """One of a group, and all that it read."""

    def __init__(self, client, group, topic, **how):
        self.client = client
        self.found = []
        client.join(group, topic, **how)

    def poll(self):
        self.found += self.client.poll(getattr(self.client, "poll_ms", POLL_MS))
        return len(self.found)

    def values(self):
        return [record.value for record in self.found]


class Cases(cases.Cases):
    """Each method is a case."""

    def commit_and_resume(self):
        """One reads a part and commits; the broker is killed; the next reads the rest."""
        given = self._fill("resume", 50)
        first = self._read_in_group("resumers", "resume", 70)
        self._broker.kill()
        self._broker.start()
        rest = self._read_in_group("resumers", "resume", len(given) - len(first))
        tap.check_equal(sorted(first + rest), sorted(given), "all records, each once")
        if "committed" not in self._kind.cannot:
            found = [self.client.committed("resumers", "resume", partition)
                     for partition in range(PARTITIONS)]
            tap.check_equal(found, [50] * PARTITIONS, "committed offsets")

    def _read_in_group(self, group, topic, count):
        """So many records, or a poll's more, committed, and gone."""
        client = self._open()
        if hasattr(client, "read_in_group"):
            found = client.read_in_group(group, topic, count)
        else:
            member = Member(client, group, topic, at_most=POLL_RECORDS)
            wait_until(f"{count} records", lambda: member.poll() >= count)
            client.commit()
            client.leave()
            found = member.values()
        self._keep(client)
        # A poll may bring less than it might, and so the last one more than was missing.
        tap.check(count <= len(found) < count + POLL_RECORDS,
                  f"a member of {group} read {len(found)} records, {count} were wanted")
        return found

    def shared_group(self):
        """A second member joins: they share. It leaves: the first has everything again."""
        given = self._fill("shared", 20)
        first, second = self._open(), self._open()
        one = Member(first, "sharers", "shared")
        wait_until("all is read", lambda: one.poll() and set(one.values()) >= set(given))
        other = Member(second, "sharers", "shared")
        self._wait_shares([one, other])
        more = self._fill("shared", 20)
        self._wait_read([one, other], more)
        tap.check(set(one.values()) & set(more) and set(other.values()) & set(more),
                  "one of two reads everything")
        second.leave()
        self._wait_shares([one])
        first.leave()
        self._keep(first, second)

    def _wait_shares(self, members):
        """Until each has its share of the partitions, and has it stay so."""
        def settled():
            poll_all(members)
            shares = [sorted(member.client.assigned()) for member in members]
            return (all(shares) and sorted(sum(shares, [])) == list(range(PARTITIONS)))
        wait_until("each has a share", settled)

    def _wait_read(self, members, values):
        def all_read():
            poll_all(members)
            return {value for member in members for value in member.values()} >= set(values)
        wait_until("all is read", all_read)

    def dead_member(self):
        """One of two is killed: the other one takes over."""
        self._fill("mortal", 20)
        first, second = self._open(), self._open()
        members = [Member(client, "mortals", "mortal") for client in (first, second)]
        self._wait_shares(members)
        second.kill()
        self._wait_shares(members[:1])
        self._wait_read(members[:1], self._fill("mortal", 20))
        first.leave()
        self._keep(first)

    def offset_reset(self):
        given = self._fill("reset", 10)
        client = self._open()
        early = Member(client, "early", "reset", reset="earliest")
        wait_until("all is read", lambda: early.poll() >= len(given))
        tap.check_equal(sorted(early.values()), sorted(given), "from the beginning")
        client.leave()
        late = Member(client, "late", "reset", reset="latest")
        self._wait_shares([late])
        number = 0
        while not late.poll():  # where its end is, it has to find out first
            more = self._fill("reset", 1)
            number += 1
            tap.check(number < 100, "nothing comes to who begins at the end")
        tap.check(not set(late.values()) & set(given), "it did not begin at the end")
        wait_until("the last", lambda: late.poll() and set(late.values()) & set(more))
        client.leave()
        self._keep(client)

    def no_offset_reset(self):
        self._needs("reset none")
        self._fill("no-reset", 1)
        client = self._open()
        check_refused("NO_OFFSET", self._read_without_reset, client)
        client.leave()
        self._keep(client)

    def _read_without_reset(self, client):
        member = Member(client, "nowhere", "no-reset", reset="none")
        wait_until("an error", lambda: member.poll() > 0)

    def groups(self):
        self._needs("groups")
        client = self._open()
        self._fill("grouped", 1)
        member = Member(client, "described", "grouped")
        self._wait_shares([member])
        tap.check("described" in self.client.groups(), "it is not listed")
        found = self.client.group("described")
        tap.check_equal((found["state"].lower(), found["members"]), ("stable", 1), "the group")
        check_refused("NON_EMPTY_GROUP", self.client.delete_group, "described")
        client.commit()
        client.leave()
        self._keep(client)
        wait_until("it is empty", lambda: self.client.group("described")["members"] == 0)
        self.client.delete_group("described")
        tap.check("described" not in self.client.groups(), "it is still listed")
