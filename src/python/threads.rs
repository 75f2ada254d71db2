//! Python's threads: each a named thread of ours, with its own number at the gate.
//!
//! Locks are channels with one token, so that a waiting thread also hears that it is to stop. What
//! CPython builds on locks in Python (`Event`, `Condition`) is in `threading.py`.

pub(super) use native::module_def;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

use super::gate::Idle;
use super::running::{Here, Running};
use super::{STACK_BYTES, interpreter, traceback};

/// The part of the module that is written in Python.
pub(super) const PYTHON_PART: &str = include_str!("threading.py");

/// A thread that the program started, until somebody joins it.
pub(super) struct Started {
    handle: JoinHandle<()>,
    kind: Kind,
    number: u32,
}

/// The main thread's wait for the others, at the program's end.
#[derive(Default)]
pub(super) struct Joining {
    awaited: Option<u32>,
    ended: BTreeSet<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The program lives as long as this thread does.
    Waited,
    Daemon,
}

fn start(function: PyObjectRef, name: &str, kind: Kind, vm: &VirtualMachine) -> PyResult<u32> {
    let parent = Here::get();
    let running = parent.running.clone();
    let number = running.next_thread();
    let here = Here {
        running: running.clone(),
        thread: number,
    };
    let thread_name = name.to_owned();
    let body = vm.new_thread().make_spawn_func(move |vm: &VirtualMachine| {
        match interpreter::survived(|| function.call(FuncArgs::default(), vm)) {
            Ok(Ok(_)) => {}
            Ok(Err(exception)) => report(&exception, &thread_name, vm),
            Err(why) => {
                let text =
                    format!("Exception in thread {thread_name}: the interpreter failed: {why}\n");
                Here::get().running.gate.print(&text);
            }
        }
        drop(function);
        rustpython_vm::vm::thread::cleanup_current_thread_frames(vm);
    });
    // A thread that is over keeps its stack until its handle is dropped.
    running
        .started
        .lock()
        .retain(|old| !old.handle.is_finished());
    running.gate.thread_started(number);
    let started = Builder::new()
        .name(format!("{} {number}", running.file))
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let _end = End(here.clone());
            here.enter(body);
        });
    match started {
        Ok(handle) => {
            running.started.lock().push(Started {
                handle,
                kind,
                number,
            });
            Ok(number)
        }
        Err(_) => {
            running.gate.thread_ended(number);
            Err(vm.new_runtime_error("can't start new thread".to_owned()))
        }
    }
}

/// Tells the gate that a thread is over, also when the interpreter panicked on it.
struct End(Here);

impl Drop for End {
    fn drop(&mut self) {
        let Here { running, thread } = &self.0;
        // Whoever waits for this end goes on, and is said to before anybody can look.
        let mut joining = running.joining.lock();
        if joining.awaited == Some(*thread) {
            joining.awaited = None;
            running.gate.idle(0, Idle::Ends);
        }
        joining.ended.insert(*thread);
        running.gate.thread_ended(*thread);
    }
}

/// What CPython prints when a thread dies of an exception; the program goes on.
fn report(exception: &PyBaseExceptionRef, name: &str, vm: &VirtualMachine) {
    let running = Here::get().running;
    if exception.fast_isinstance(vm.ctx.exceptions.system_exit) || running.stop().is_on() {
        return;
    }
    let text = traceback::text(exception, &running, vm);
    running
        .gate
        .print(&format!("Exception in thread {name}:\n{text}"));
}

/// Waits for the threads that the program itself would wait for at its end.
pub(super) fn join_all(vm: &VirtualMachine) {
    let running = Here::get().running;
    loop {
        let next = {
            let mut started = running.started.lock();
            let index = started
                .iter()
                .position(|thread| thread.kind == Kind::Waited);
            index.map(|index| started.swap_remove(index))
        };
        let Some(thread) = next else { return };
        {
            let mut joining = running.joining.lock();
            if !joining.ended.contains(&thread.number) {
                joining.awaited = Some(thread.number);
                running.gate.idle(0, Idle::Begins);
            }
        }
        vm.allow_threads(|| thread.handle.join().ok());
    }
}

/// Ends and joins the daemons. They were told to end; here those are woken that wait for a lock.
pub(super) fn join_rest(running: &Arc<Running>, vm: &VirtualMachine) {
    let rest: Vec<_> = running.started.lock().drain(..).collect();
    if rest.is_empty() {
        return;
    }
    running.stop().raise();
    for thread in rest {
        vm.allow_threads(|| thread.handle.join().ok());
    }
}

#[rustpython_vm::pymodule(name = "_threads")]
mod native {
    #![allow(clippy::unwrap_used, reason = "written by the macro")]

    use std::collections::VecDeque;
    use std::time::{Duration, Instant};

    use crossbeam_channel::{Receiver, Sender, after, bounded, never, select};
    use rustpython_vm::builtins::PyStrRef;
    use rustpython_vm::common::lock::PyMutex;
    use rustpython_vm::function::{FuncArgs, OptionalArg};
    use rustpython_vm::types::{Constructor, Representable};
    use rustpython_vm::{
        AsObject, FromArgs, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass,
    };

    use super::Kind;
    use crate::python::call;
    use crate::python::gate::{Gate, Idle};
    use crate::python::running::Here;
    use crate::python::socket::seconds;

    #[pyfunction]
    fn start(
        function: PyObjectRef,
        name: PyStrRef,
        is_daemon: bool,
        vm: &VirtualMachine,
    ) -> PyResult<u32> {
        let kind = if is_daemon {
            Kind::Daemon
        } else {
            Kind::Waited
        };
        super::start(function, &name.to_string_lossy(), kind, vm)
    }

    #[pyfunction]
    fn get_ident() -> u32 {
        // CPython's identifiers are never 0.
        Here::get().thread + 1
    }

    #[pyfunction]
    fn get_native_id() -> u32 {
        get_ident()
    }

    #[pyfunction]
    fn allocate_lock() -> Lock {
        let (unlock, token) = bounded(1);
        unlock.try_send(()).ok();
        Lock {
            unlock,
            token,
            queue: PyMutex::default(),
        }
    }

    /// Free while the token is in the channel.
    #[pyattr]
    #[pyclass(module = "_thread", name = "lock")]
    #[derive(PyPayload)]
    struct Lock {
        unlock: Sender<()>,
        token: Receiver<()>,
        queue: PyMutex<Queue>,
    }

    impl std::fmt::Debug for Lock {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a lock, free: {}", !self.token.is_empty())
        }
    }

    /// Who waits for a lock. Whoever releases it says for the first of them that its wait is over:
    /// if each said so itself, nobody would seem to move until it has woken up.
    #[derive(Default)]
    struct Queue {
        waiting: VecDeque<u32>,
        /// Was told so, and has not woken up yet.
        granted: Option<u32>,
    }

    impl Queue {
        fn grant(&mut self, gate: &dyn Gate) {
            self.granted = self.waiting.pop_front();
            if let Some(thread) = self.granted {
                gate.idle(thread, Idle::Ends);
            }
        }

        /// This thread waits no longer. `has_token`: it has the lock.
        fn leave(&mut self, thread: u32, has_token: bool, gate: &dyn Gate) {
            if self.granted == Some(thread) {
                self.granted = None;
                return;
            }
            self.waiting.retain(|waiting| *waiting != thread);
            gate.idle(thread, Idle::Ends);
            // It was quicker than the one that had been told.
            if has_token && let Some(slower) = self.granted.take() {
                self.waiting.push_front(slower);
                gate.idle(slower, Idle::Begins);
            }
        }
    }

    #[derive(FromArgs)]
    struct AcquireArgs {
        #[pyarg(any, default = true)]
        blocking: bool,
        #[pyarg(any, default)]
        timeout: OptionalArg<PyObjectRef>,
    }

    impl Constructor for Lock {
        type Args = FuncArgs;

        fn py_new(
            _: &Py<rustpython_vm::builtins::PyType>,
            _: FuncArgs,
            _: &VirtualMachine,
        ) -> PyResult<Self> {
            Ok(allocate_lock())
        }
    }

    #[pyclass(with(Constructor, Representable))]
    impl Lock {
        #[pymethod]
        fn acquire(&self, args: AcquireArgs, vm: &VirtualMachine) -> PyResult<bool> {
            let timeout = match args.timeout {
                OptionalArg::Present(timeout) => Some(seconds(&timeout, vm)?),
                OptionalArg::Missing => None,
            };
            let timeout = timeout.filter(|&timeout| timeout != -1.0);
            if !args.blocking && timeout.is_some() {
                let problem = "can't specify a timeout for a non-blocking call";
                return Err(vm.new_value_error(problem.to_owned()));
            }
            {
                let queue = self.queue.lock();
                let is_mine = queue.granted.is_none() && queue.waiting.is_empty();
                if is_mine && self.token.try_recv().is_ok() {
                    return Ok(true);
                }
            }
            if !args.blocking {
                return Ok(false);
            }
            let expires = match timeout.map(Duration::try_from_secs_f64) {
                None => never(),
                Some(Ok(duration)) => after(duration),
                Some(Err(_)) => {
                    let problem = "timeout value must be a non-negative number";
                    return Err(vm.new_value_error(problem.to_owned()));
                }
            };
            self.wait(&expires, vm)
        }

        fn wait(&self, expires: &Receiver<Instant>, vm: &VirtualMachine) -> PyResult<bool> {
            let here = Here::get();
            let (gate, stop) = (&here.running.gate, here.running.stop());
            {
                let mut queue = self.queue.lock();
                queue.waiting.push_back(here.thread);
                gate.idle(here.thread, Idle::Begins);
                // It may have been released while nobody waited.
                if queue.granted.is_none() && !self.token.is_empty() {
                    queue.grant(&**gate);
                }
            }
            let got = vm.allow_threads(|| {
                select! {
                    recv(self.token) -> _ => Some(true),
                    recv(stop.raised()) -> _ => None,
                    recv(expires) -> _ => Some(false),
                }
            });
            let mut queue = self.queue.lock();
            queue.leave(here.thread, got == Some(true), &**gate);
            if queue.granted.is_none() && !self.token.is_empty() {
                queue.grant(&**gate); // it was told, and gave up at the same moment
            }
            drop(queue);
            got.ok_or_else(|| call::stopped(vm))
        }

        #[pymethod]
        fn release(&self, vm: &VirtualMachine) -> PyResult<()> {
            let mut queue = self.queue.lock();
            if !self.token.is_empty() {
                return Err(vm.new_runtime_error("release unlocked lock".to_owned()));
            }
            queue.grant(&*Here::get().running.gate);
            self.unlock.try_send(()).ok(); // there is room: it was empty
            Ok(())
        }

        #[pymethod]
        fn locked(&self) -> bool {
            self.token.is_empty()
        }

        #[pymethod]
        fn __enter__(&self, vm: &VirtualMachine) -> PyResult<bool> {
            self.acquire(
                AcquireArgs {
                    blocking: true,
                    timeout: OptionalArg::Missing,
                },
                vm,
            )
        }

        #[pymethod]
        fn __exit__(&self, _: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
            self.release(vm)
        }
    }

    impl Representable for Lock {
        fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
            let state = if zelf.token.is_empty() {
                "locked"
            } else {
                "unlocked"
            };
            Ok(format!(
                "<{state} _thread.lock object at {:#x}>",
                zelf.get_id()
            ))
        }
    }
}
