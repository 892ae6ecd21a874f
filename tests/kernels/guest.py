# SPDX-License-Identifier: Apache-2.0
"""A kernel under qemu's software emulation, with skep-agent as its only program: lines in, answers out.

Answers come in the order of the lines, so the first line without one is the suspect when a guest dies or hangs. What was
under way is then asked again in a fresh guest, one line at a time: the line that ends it a second time gets the error as
its answer, and the others theirs.
"""
import collections
import json
import pathlib
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import time

# The emulator's 16-byte compare-and-swap has ended guests (QEMU 7.2), so they do without (-cx16). Keeping the kernel from
# its users' pages (smap, smep, umip, pku) is bookkeeping at each copy.
PROCESSOR = "max,la57=off,-cx16,-smap,-smep,-umip,-pku"
# What costs time under emulation and changes no verdict. Flushes and fences one by one: `mitigations=off` would change
# what is accepted of programs without PERFMON. Repeated string instructions are emulated step by step, so clearing a
# page by them took a third of all time. A timer that ticks by itself is not set anew at each tick.
QUICK = "nopti spectre_v2=off spectre_v2_user=off retbleed=off mds=off tsx_async_abort=off l1tf=off srbds=off " \
        "mmio_stale_data=off gather_data_sampling=off reg_file_data_sampling=off clearcpuid=rep_good,erms,fsrm " \
        "init_on_alloc=0 hardened_usercopy=off randomize_kstack_offset=off audit=0 psi=0 cgroup_disable=memory nowatchdog " \
        "highres=off nohz=off"
# A machine that is busy with other things is no broken timer, and no stall.
PATIENT = "no_timer_check rcupdate.rcu_cpu_stall_suppress=1"
WORDS = f"console=ttyS0 loglevel=5 panic=-1 oops=panic nokaslr random.trust_cpu=on lsm=bpf {QUICK} {PATIENT}"
BAD_NEWS = re.compile(r"BUG: |Oops: |Kernel panic|general protection fault|kernel BUG at |unable to handle|hung_task")
BOOT_SECONDS = 300
WINDOW = 1024  # lines under way


class Ended(Exception):
    """The guest died or hung; says how."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def archive(files):
    """A cpio archive as the kernel unpacks it into its first file system ("newc")."""
    out = bytearray()
    for number, (name, mode, data) in enumerate([*files, ("TRAILER!!!", 0, b"")], 1):
        path = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + path
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return bytes(out)


class Guest:
    def __init__(self, kernel, agent, cpus=1, memory="1G", patience=60):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="skep-guest-"))
        self.kernel, self.cpus, self.memory, self.patience = kernel, cpus, memory, patience
        self.initrd = self.folder / "initrd"
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run(["strip", "-o", stripped.name, agent], check=True)
            program = pathlib.Path(stripped.name).read_bytes()
        folders = [(name, 0o040755, b"") for name in ("dev", "proc", "sys")]
        self.initrd.write_bytes(archive([*folders, ("init", 0o100755, program)]))
        self.console = self.folder / "console"
        self.qemu = self.port = None
        self.said = []  # bad news of guests that are gone
        self.deaths = 0

    # ---- one life of it ----

    def boot(self):
        """What it says to `hello`. The emulator itself fails now and then, so it is given three chances."""
        for chance in (1, 2, 3):
            try:
                return self.come_up()
            except Ended as why:
                self.stop()
                if chance == 3:
                    said = self.console.read_text(errors="replace")[-2000:]
                    raise SystemExit(f"no guest comes up: {why}\n{said}") from None

    def come_up(self):
        self.stop()
        path = self.folder / "port"
        path.unlink(missing_ok=True)
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", PROCESSOR, "-smp", str(self.cpus),
             "-m", self.memory, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
             "-kernel", self.kernel, "-initrd", self.initrd, "-append", WORDS, "-serial", f"file:{self.console}",
             "-device", "virtio-serial-pci", "-chardev", f"socket,id=port,path={path},server=on,wait=off",
             "-device", "virtserialport,chardev=port"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.port = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 10
        while self.port.connect_ex(str(path)) != 0:  # the path is there before somebody listens
            if self.qemu.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("qemu does not start: " + self.qemu.stderr.read().decode().strip())
            time.sleep(0.01)
        self.port.setblocking(False)
        self.received = b""
        answers, patience, self.patience = [], self.patience, BOOT_SECONDS
        try:
            self.converse([b'{"hello":1}'], 1, answers)
        finally:
            self.patience = patience
        return json.loads(answers[0])

    def stop(self):
        if self.port:
            self.port.close()
        if self.qemu:
            self.qemu.kill()
            self.qemu.wait()
            self.qemu.stderr.close()
            self.said += self.bad_news()
        self.port = self.qemu = None

    def bad_news(self):
        if not self.console.exists():
            return []
        lines = self.console.read_text(errors="replace").splitlines()
        return [line for line in lines if BAD_NEWS.search(line) or "WARNING: " in line]

    def converse(self, lines, window, answers):
        """Appends an answer for each line; Ended where that ends early."""
        waiting = collections.deque(lines)
        under_way, to_send = 0, b""
        with selectors.DefaultSelector() as ready:
            ready.register(self.port, selectors.EVENT_READ)
            while waiting or under_way:
                while waiting and under_way < window and len(to_send) < 1 << 20:
                    to_send += waiting.popleft() + b"\n"
                    under_way += 1
                ready.modify(self.port, selectors.EVENT_READ | (selectors.EVENT_WRITE if to_send else 0))
                events = ready.select(self.patience)
                if not events:
                    raise Ended("guest-hung", f"the guest has not answered within {self.patience} s")
                try:
                    if events[0][1] & selectors.EVENT_WRITE:
                        to_send = to_send[self.port.send(to_send):]
                    if events[0][1] & selectors.EVENT_READ:
                        under_way -= self.receive(answers)
                except (BrokenPipeError, ConnectionResetError):
                    raise self.died() from None

    def receive(self, answers):
        block = self.port.recv(1 << 16)
        if not block:
            raise self.died()
        *whole, self.received = (self.received + block).split(b"\n")
        answers += whole
        return len(whole)

    def died(self):
        try:
            self.qemu.wait(10)
        except subprocess.TimeoutExpired:
            pass
        news = [line for line in self.bad_news() if BAD_NEWS.search(line)]
        return Ended("guest-died", "the guest died: " + (re.sub(r"^\[[^]]*\] ", "", news[0]) if news else "no word why"))

    # ---- as many lives as it takes ----

    def ask(self, lines):
        """The answer to each line."""
        answers, suspects = [], 0  # suspects: how many lines from here on are asked one by one
        while len(answers) < len(lines):
            done = len(answers)
            try:
                if self.qemu is None:
                    self.boot()
                if suspects:
                    self.converse(lines[done:done + 1], 1, answers)
                    suspects -= 1
                else:
                    self.converse(lines[done:], WINDOW, answers)
            except Ended as why:
                self.deaths += 1
                self.stop()
                if suspects:
                    answers.append(refusal(lines[done], why))
                    suspects -= 1
                else:
                    suspects = min(WINDOW, len(lines) - len(answers))
        return answers

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)


def refusal(line, why):
    try:
        number = json.loads(line).get("id")
    except (ValueError, AttributeError):
        number = None
    error = {"code": why.code, "message": str(why), "place": "", "hint": ""}
    return json.dumps({"id": number, "error": error}, separators=(",", ":")).encode()
