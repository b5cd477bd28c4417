"""Copies of a template, and children that a parent has not started itself.

Each case runs in a process of its own: whoever adopts does so for the rest of its life.
"""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

KIT = dedent("""
    import os, select, signal, subprocess, sys, time
    from holdfast.host.children import adopt, bury
    from holdfast.processes.template import Template

    IN_IT = '''
    import os, sys
    from holdfast.processes.template import wait_in
    FIRST
    again = wait_in(int(sys.argv[1]))
    if again is not None:
        os.write(int(sys.argv[2]), b"%d %d %d;" % (os.getpid(), os.getppid(), again))
        sys.stdin.read()
    '''
    said, say = os.pipe()
    lives, life = os.pipe()

    first = ""  # what each template does before

    def start(link):
        command = [sys.executable, "-c", IN_IT.replace("FIRST", first), str(link), str(say)]
        return subprocess.Popen(command, stdin=lives, pass_fds=(link, say), start_new_session=True)

    def load(copies):
        template = Template(start, copies=copies)
        template.renew()
        assert template.loads_until > time.monotonic() and template.worker(again=False) is None
        select.select(template.hears, [], [])
        template.hear()
        assert template.loaded and template.hears == [] and template.loads_until is None
        return template

    def words():
        return [int(word) for word in os.read(said, 100).decode().strip(";").split()]
""")


def runs(case: str) -> None:
    """The lines of a case, to their end."""
    script = KIT + dedent(case)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_copies_are_the_parents_children_and_their_end_is_known_to_it() -> None:
    runs("""
        assert adopt()
        template = load(copies=True)
        one = template.worker(again=False)
        assert words() == [one.pid, os.getpid(), 0]
        two = template.worker(again=True)
        assert words() == [two.pid, os.getpid(), 1]
        assert len({one.pid, two.pid, template.pid}) == 3
        assert os.getsid(one.pid) == one.pid, "Ctrl-C in the terminal is not for it"
        assert one.poll() is None and two.poll() is None
        try:
            one.wait(0.01)
        except subprocess.TimeoutExpired:
            pass
        else:
            raise AssertionError("it runs still")
        one.kill()
        assert one.wait() == one.poll() == one.returncode == -signal.SIGKILL
        one.terminate()  # it has ended: nobody else gets that
        template.drop()
        assert two.poll() is None, "a worker outlives its template"
        assert template.worker(again=True) is None
        os.close(life)
        assert two.wait() == 0
    """)


def test_a_copy_of_a_template_that_died_is_refused() -> None:
    runs("""
        assert adopt()
        template = load(copies=True)
        os.kill(template.pid, signal.SIGKILL)
        while template.here:
            time.sleep(0.001)
        assert template.worker(again=True) is None
        template.tend()
        assert template.pid is None and template.due_at > time.monotonic()
    """)


def test_one_that_stands_still_holds_nobody_up() -> None:
    runs("""
        assert adopt()
        template = load(copies=True)
        os.kill(template.pid, signal.SIGSTOP)
        assert template.worker(again=True) is None, "one is started anew"
        assert template.pid is None and template.due_at > time.monotonic()
        template.renew()
        os.kill(template.pid, signal.SIGSTOP)
        template.drop()
        assert template.pid is None
    """)


def test_one_that_cannot_fork_says_so_and_can_be_asked_again() -> None:
    """First it is the second of its two forks that fails, which the process between does."""
    runs("""
        assert adopt()
        first = "real, n = os.fork, [0]\\ndef fork():\\n n[0] += 1\\n"
        first += " if n[0] == 2: raise BlockingIOError(11, 'no room')\\n return real()\\n"
        first += "os.fork = fork"
        template = load(copies=True)
        assert template.worker(again=True) is None and template.here
        assert template.worker(again=True) is None and template.here
        worker = template.worker(again=True)
        assert words() == [worker.pid, os.getpid(), 1]
        worker.kill()
        worker.wait()
    """)


def test_what_an_older_one_said_is_not_taken_for_the_newest() -> None:
    """Else a worker would end before there is anybody to follow it."""
    runs("""
        template = Template(start, copies=True)
        template.renew()
        select.select(template.hears, [], [])  # it has said that its imports are done
        first = "sys.stdin.read()"
        template.renew()
        assert select.select(template.hears, [], [], 0)[0] == [] and not template.loaded
        template.drop()
    """)


def test_who_asks_in_the_moment_of_an_end_is_not_told_that_there_is_no_such_child() -> None:
    """A handler of a signal, while who it interrupted has heard of the end and not kept it yet."""
    runs("""
        from holdfast.host.children import Adopted
        pid = os.fork()
        if pid == 0:
            os._exit(3)
        child, real = Adopted(pid), os.waitpid

        def waitpid(*asked):
            found = real(*asked)
            os.waitpid = real
            assert child.poll() is None
            child.terminate()
            return found

        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        os.waitpid = waitpid
        assert child.poll() == 3
    """)


def test_without_a_way_to_wait_for_a_child_nobody_is_adopted() -> None:
    runs("""
        def refused(pid):
            raise OSError(38, "not here")

        os.pidfd_open = refused
        assert not adopt()
    """)


def test_where_nobody_adopts_the_template_becomes_the_worker() -> None:
    runs("""
        template = load(copies=False)
        pid = template.pid
        worker = template.worker(again=True)
        assert worker.pid == pid
        assert words() == [pid, os.getpid(), 1]
        assert template.pid is None and not template.here, "another one is needed"
        assert template.due_at > time.monotonic()
        os.close(life)
        assert worker.wait() == 0
    """)


def test_who_adopts_buries_those_that_nobody_waits_for() -> None:
    """Children of a worker that was killed become the parent's: they must not stay as zombies."""
    runs("""
        assert adopt()
        own = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
        os.waitid(os.P_PID, own.pid, os.WEXITED | os.WNOWAIT)
        bury({own.pid})
        assert own.wait() == 7, "left to whoever waits for it"
        between = os.fork()
        if between == 0:
            os.fork()
            os._exit(0)
        os.waitpid(between, 0)
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        bury(set())
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            pass
        else:
            raise AssertionError("one is left")
        bury(set())
    """)
