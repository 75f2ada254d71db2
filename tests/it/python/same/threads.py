import threading

lock = threading.Lock()
total = 0
order = []


def work(n):
    global total
    for _ in range(100):
        with lock:
            total += n


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(total, threading.active_count(), threading.current_thread().name)
print(threads[0].name, threads[0].is_alive(), threads[0].daemon)
ready = threading.Event()
condition = threading.Condition()
box = []


def consumer():
    ready.set()
    with condition:
        while not box:
            condition.wait()
        print('got', box.pop(), threading.current_thread().name)


t = threading.Thread(target=consumer, name='consumer')
t.start()
ready.wait()
with condition:
    box.append('a thing')
    condition.notify()
t.join(5)
print(t.is_alive(), ready.is_set(), threading.Event().wait(0.01))


class Mine(threading.Thread):
    def run(self):
        print('mine', self.name)


m = Mine(daemon=True)
m.start()
m.join()
for wrong in (m.start, threading.Thread().join, lock.release, threading.RLock().release):
    try:
        wrong()
    except RuntimeError as e:
        print(e)
print(lock.acquire(timeout=0.01), lock.acquire(False), lock.acquire(True, 0.01), lock.locked())
with threading.Semaphore(2):
    print('semaphore')
local = threading.local()
local.x = 1
print(local.x, hasattr(local, 'y'))
