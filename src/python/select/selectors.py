"""Waiting for several sockets, each with a note of the program's own: selectors over select and poll."""
import select as _select

EVENT_READ = 1
EVENT_WRITE = 2


class SelectorKey(tuple):
    """What is registered: the object, its descriptor, the events, and the program's note."""

    def __new__(cls, fileobj, fd, events, data):
        return tuple.__new__(cls, (fileobj, fd, events, data))

    fileobj = property(lambda self: self[0])
    fd = property(lambda self: self[1])
    events = property(lambda self: self[2])
    data = property(lambda self: self[3])

    def __repr__(self):
        return 'SelectorKey(fileobj=%r, fd=%r, events=%r, data=%r)' % tuple(self)


def _descriptor(fileobj):
    if isinstance(fileobj, int):
        fd = fileobj
    else:
        try:
            fd = int(fileobj.fileno())
        except (AttributeError, TypeError, ValueError):
            raise ValueError('Invalid file object: %r' % (fileobj,)) from None
    if fd < 0:
        raise ValueError('Invalid file descriptor: %d' % fd)
    return fd


class BaseSelector:
    def __init__(self):
        self._keys = {}

    def _find(self, fileobj):
        try:
            return _descriptor(fileobj)
        except ValueError:
            # A closed socket has no number any more, but it is still here.
            for key in self._keys.values():
                if key.fileobj is fileobj:
                    return key.fd
            raise

    def register(self, fileobj, events, data=None):
        if not events or events & ~(EVENT_READ | EVENT_WRITE):
            raise ValueError('Invalid events: %r' % (events,))
        key = SelectorKey(fileobj, self._find(fileobj), events, data)
        if key.fd in self._keys:
            raise KeyError('%r (FD %d) is already registered' % (fileobj, key.fd))
        self._keys[key.fd] = key
        return key

    def unregister(self, fileobj):
        try:
            return self._keys.pop(self._find(fileobj))
        except KeyError:
            raise KeyError('%r is not registered' % (fileobj,)) from None

    def modify(self, fileobj, events, data=None):
        self.unregister(fileobj)
        return self.register(fileobj, events, data)

    def get_key(self, fileobj):
        try:
            return self._keys[self._find(fileobj)]
        except KeyError:
            raise KeyError('%r is not registered' % (fileobj,)) from None

    def get_map(self):
        return {key.fileobj: key for key in self._keys.values()}

    def close(self):
        self._keys.clear()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()


class SelectSelector(BaseSelector):
    def select(self, timeout=None):
        keys = self._keys.values()
        if timeout is not None:
            timeout = max(timeout, 0)
        read, write, _ = _select.select([key.fd for key in keys if key.events & EVENT_READ],
                                        [key.fd for key in keys if key.events & EVENT_WRITE], [], timeout)
        ready = []
        for key in list(keys):
            events = EVENT_READ * (key.fd in read) | EVENT_WRITE * (key.fd in write)
            if events:
                ready.append((key, events & key.events))
        return ready


class PollSelector(BaseSelector):
    def select(self, timeout=None):
        poll = _select.poll()
        for key in self._keys.values():
            poll.register(key.fd, _select.POLLIN * (key.events & 1) | _select.POLLOUT * (key.events >> 1))
        if timeout is None:
            found = poll.poll()
        elif timeout <= 0:
            found = poll.poll(0)
        else:
            found = poll.poll(timeout * 1000)
        ready = []
        for fd, bits in found:
            events = 0
            if bits & ~_select.POLLIN:
                events |= EVENT_WRITE
            if bits & ~_select.POLLOUT:
                events |= EVENT_READ
            key = self._keys.get(fd)
            if key and events & key.events:
                ready.append((key, events & key.events))
        return ready


DefaultSelector = PollSelector
