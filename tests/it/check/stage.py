"""A stage for a lesson's programs under this machine's own Python: hosts, wires, and nothing else.

In: a plan as JSON on standard input, as `cpython.rs` writes it. Out: what each program printed and
how it ended, as JSON. Runs in a user namespace of its own (`unshare -r`). Each host is a network
namespace with a TUN device, and this process carries every packet to the host it is for, at once:
the same network as in the lab, but with nobody holding anything.

Programs begin in the lesson's order, each when all that run already stand still: then the server
listens when its client begins. input() is answered then, too, in the order of the script. No time
is waited for. A program that stands still for good, as a server in accept() does, is ended when
there is nothing left that could wake it.
"""

import ctypes
import fcntl
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import time

NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
TUN, NO_PI = 0x0001, 0x1000
TUNSETIFF = 0x400454CA
UP, RUNNING = 0x1, 0x40
SET_FLAGS, SET_ADDRESS, SET_NETMASK, ADD_ROUTE, GET_INDEX = 0x8914, 0x8916, 0x891C, 0x890B, 0x8933
DROP_CAPABILITY, MAY_BIND_LOW_PORTS = 24, 10

# The calls in which a program sleeps, and where each has its time-out: which argument, and whether
# it is a pointer, that is null when there is none.
CALLS = {
    "x86_64": {35: None, 230: None, 7: (2, False), 271: (2, True), 23: (4, True), 270: (4, True),
               232: (3, False), 281: (3, False), 202: (3, True)},
    "aarch64": {101: None, 115: None, 73: (2, True), 72: (4, True), 22: (3, False), 98: (3, True)},
}.get(os.uname().machine, {})


def checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def is_ipv4(address):
    return "." in address


def up(control, name):
    fcntl.ioctl(control, SET_FLAGS, struct.pack("16sH14x", name, UP | RUNNING))


def ipv4(address):
    return struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


class Host:
    """A network namespace with one TUN device, through which everything else is reached."""

    def __init__(self, plan, low_ports):
        self.name = plan["name"]
        self.addresses = plan["addresses"]
        checked(LIBC.unshare(NEWNET))
        self.namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", "w") as start:
            start.write("1024" if low_ports == "guarded" else "0")
        self.tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.tun, TUNSETIFF, struct.pack("16sH14x", b"wire", TUN | NO_PI))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            up(control, b"lo")
            up(control, b"wire")
            labels = [b"wire"] + [b"wire:%d" % n for n in range(1, 99)]
            ours = [address for address in self.addresses if is_ipv4(address)]
            for label, address in zip(labels, ours):
                fcntl.ioctl(control, SET_ADDRESS, struct.pack("16s16s", label, ipv4(address)))
                fcntl.ioctl(control, SET_NETMASK, struct.pack("16s16s", label, ipv4("255.255.255.255")))
            index = struct.unpack("16si", fcntl.ioctl(control, GET_INDEX, struct.pack("16si", b"wire", 0)))[1]
            if ours:
                device = ctypes.create_string_buffer(b"wire")
                nothing = ipv4("0.0.0.0")
                route = struct.pack("@L16s16s16sHhLPhPLLH", 0, nothing, nothing, nothing, UP, 0, 0, 0, 0,
                                    ctypes.addressof(device), 0, 0, 0)
                fcntl.ioctl(control, ADD_ROUTE, route)
        theirs = [address for address in self.addresses if not is_ipv4(address)]
        if theirs:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
                for address in theirs:
                    # One prefix for all: nobody else is on this wire.
                    packed = socket.inet_pton(socket.AF_INET6, address)
                    fcntl.ioctl(control, SET_ADDRESS, struct.pack("16sIi", packed, 16, index))


class Program:
    def __init__(self, plan, host, folder, low_ports):
        self.name = plan["name"]
        path = os.path.join(folder, plan["file"])
        with open(path, "w", encoding="utf-8") as file:
            file.write(plan["source"])
        self.out = open(path + ".out", "w+b")
        self.err = open(path + ".err", "w+b")

        def enter():
            checked(LIBC.setns(host.namespace, NEWNET))
            if low_ports == "guarded":
                checked(LIBC.prctl(DROP_CAPABILITY, MAY_BIND_LOW_PORTS, 0, 0, 0))

        self.process = subprocess.Popen(
            [sys.executable, "-I", "-u", "-X", "utf8", "-W", "ignore", plan["file"]],
            cwd=folder, stdin=subprocess.PIPE, stdout=self.out, stderr=self.err, preexec_fn=enter)

    def has_ended(self):
        return self.process.poll() is not None

    def threads(self):
        """For each thread: its state, how often it has given way, and the call it is in."""
        tasks = f"/proc/{self.process.pid}/task"
        seen = []
        try:
            for task in sorted(os.listdir(tasks)):
                with open(f"{tasks}/{task}/stat") as stat:
                    state = stat.read().rsplit(")", 1)[1].split()[0]
                with open(f"{tasks}/{task}/status") as status:
                    gave_way = [line for line in status if "ctxt_switches" in line]
                with open(f"{tasks}/{task}/syscall") as call:
                    seen.append((task, state, tuple(gave_way), call.read()))
        except OSError:
            return None
        return seen

    def kernel_waits(self):
        """Whether its host has a segment that is not acknowledged yet, or probes a closed window."""
        for table in ("tcp", "tcp6"):
            try:
                with open(f"/proc/{self.process.pid}/net/{table}") as sockets:
                    timers = [line.split()[5].split(":")[0] for line in list(sockets)[1:]]
            except OSError:
                continue
            # Sends again, or probes (timer_active in net/ipv4/tcp_ipv4.c).
            if "01" in timers or "04" in timers:
                return True
        return False

    def told(self):
        def text(file):
            file.seek(0)
            return file.read().decode("utf-8", "backslashreplace")

        return {"printed": text(self.out), "died_of": text(self.err), "ended": self.has_ended()}


def wakes_by_itself(call):
    """Whether a sleeping thread has a time-out. `call` is a line of /proc/PID/task/TID/syscall."""
    words = call.split()
    if not words or not words[0].isdigit() or int(words[0]) not in CALLS:
        return False
    place = CALLS[int(words[0])]
    if place is None:
        return True
    argument, is_pointer = place
    value = int(words[1 + argument], 16)
    if is_pointer:
        return value != 0
    return ctypes.c_int32(value & 0xFFFFFFFF).value >= 0


class Stage:
    def __init__(self, plan, folder):
        self.plan = plan
        self.folder = folder
        self.until = time.monotonic() + plan["seconds"]
        low_ports = plan["low_ports"]
        self.hosts = {host["name"]: Host(host, low_ports) for host in plan["hosts"]}
        self.programs = {}
        self.wire = selectors.DefaultSelector()
        for host in self.hosts.values():
            self.wire.register(host.tun, selectors.EVENT_READ)

    def host_of(self, packet):
        if packet[0] >> 4 == 4:
            address = socket.inet_ntoa(packet[16:20])
        else:
            address = socket.inet_ntop(socket.AF_INET6, packet[24:40])
        for host in self.hosts.values():
            if address in host.addresses:
                return host
        return None

    def carry(self, seconds):
        """Brings every packet where it belongs. Whether there was one."""
        came = False
        for key, _ in self.wire.select(seconds):
            while True:
                try:
                    packet = os.read(key.fd, 65536)
                except BlockingIOError:
                    break
                came = True
                host = self.host_of(packet)
                if host is not None:
                    os.write(host.tun, packet)
        return came

    def stand_still(self, for_good=False):
        """Until nothing moves: no packet, and twice in a row every thread asleep in the same place.
        `for_good`: and no time-out could wake one, of its own or of a kernel that waits for an answer. False when the time is over."""
        before = None
        while time.monotonic() < self.until:
            came = self.carry(0.01)
            seen = [program.threads() for program in self.programs.values() if not program.has_ended()]
            threads = [thread for threads in seen for thread in threads or [None]]
            is_asleep = all(thread is not None and thread[1] == "S" for thread in threads)
            sleeps_only = any(thread is not None and is_sleep(thread[3]) for thread in threads)
            waits = any(thread is not None and wakes_by_itself(thread[3]) for thread in threads)
            alive = [program for program in self.programs.values() if not program.has_ended()]
            waits = waits or for_good and any(program.kernel_waits() for program in alive)
            is_still = is_asleep and not came and seen == before
            if is_still and not sleeps_only and not (for_good and waits):
                return True
            before = seen
        return False

    def play(self):
        for plan in self.plan["programs"]:
            host = self.hosts[plan["host"]]
            program = Program(plan, host, self.folder, self.plan["low_ports"])
            self.programs[program.name] = program
            self.stand_still()
        for who, text in self.plan["answers"]:
            stdin = self.programs[who].process.stdin
            try:
                stdin.write(text.encode() + b"\n")
                stdin.flush()
            except BrokenPipeError:
                pass  # it has ended, and will be told to differ
            self.stand_still()
        in_time = self.stand_still(for_good=True)
        told = {name: program.told() for name, program in self.programs.items()}
        for program in self.programs.values():
            if not program.has_ended():
                program.process.kill()
                program.process.wait()
        return {"in_time": in_time, "programs": told}


def is_sleep(call):
    """time.sleep(): what comes after it comes soon."""
    words = call.split()
    return bool(words) and words[0].isdigit() and int(words[0]) in CALLS and CALLS[int(words[0])] is None


def main():
    plan = json.load(sys.stdin)
    print(json.dumps(Stage(plan, sys.argv[1]).play()))


main()
