//! The `select` module: one call that waits for several sockets.
//!
//! In: lists of sockets, or a poll object. Out: what `poll(2)` says of each, asked with no time to
//! wait; the waiting is the gate's, as for every other call. Only sockets of the program itself can
//! be waited for. Left out: `epoll`, whose edges could not be honest when made of polls.

mod arguments;
mod asked;

pub(super) use native::module_def;

/// The `selectors` module, in Python over this one, as in CPython.
pub(super) const SELECTORS: &str = include_str!("selectors.py");

#[rustpython_vm::pymodule(name = "select")]
mod native {
    #![allow(clippy::unwrap_used, reason = "written by the macro")]

    use std::sync::atomic::{AtomicBool, Ordering};

    use rustpython_vm::builtins::{PyIntRef, PyTypeRef};
    use rustpython_vm::class::PyClassImpl;
    use rustpython_vm::common::lock::PyMutex;
    use rustpython_vm::function::{FuncArgs, OptionalArg};
    use rustpython_vm::{
        AsObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
    };

    use super::arguments::{Listed, descriptor, event_bits, flag_names, in_millis, in_seconds};
    use super::asked::{Asked, Until, ask};
    use crate::python::call::{self, Name};
    use crate::python::locals;

    #[pyattr]
    const POLLIN: u16 = 0x1;
    #[pyattr]
    const POLLPRI: u16 = 0x2;
    #[pyattr]
    const POLLOUT: u16 = 0x4;
    #[pyattr]
    const POLLERR: u16 = 0x8;
    #[pyattr]
    const POLLHUP: u16 = 0x10;
    #[pyattr]
    const POLLNVAL: u16 = 0x20;
    #[pyattr]
    const POLLRDNORM: u16 = 0x40;
    #[pyattr]
    const POLLRDBAND: u16 = 0x80;
    #[pyattr]
    const POLLWRNORM: u16 = 0x100;
    #[pyattr]
    const POLLWRBAND: u16 = 0x200;
    #[pyattr]
    const POLLMSG: u16 = 0x400;
    #[pyattr]
    const POLLRDHUP: u16 = 0x2000;
    #[pyattr]
    const PIPE_BUF: u16 = 4096;

    #[pyattr]
    fn error(vm: &VirtualMachine) -> PyTypeRef {
        vm.ctx.exceptions.os_error.to_owned()
    }

    /// Not in CPython's module, where the type has no name either.
    #[pyattr]
    fn _poll(_: &VirtualMachine) -> PyTypeRef {
        Poll::make_static_type()
    }

    #[pyfunction]
    fn select(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        /// What counts as readable, writable and exceptional (`fs/select.c` in the kernel).
        const SETS: [(u16, u16); 3] = [
            (POLLIN, POLLIN | POLLHUP | POLLERR),
            (POLLOUT, POLLOUT | POLLERR),
            (POLLPRI, POLLPRI),
        ];
        let given = args.args.len();
        let (lists, timeout) = match args.args.as_slice() {
            [read, write, except] => ([read, write, except], None),
            [read, write, except, timeout] => ([read, write, except], Some(timeout)),
            _ => {
                let (bound, number) = match given < 3 {
                    true => ("at least", 3),
                    false => ("at most", 4),
                };
                let problem = format!("select expected {bound} {number} arguments, got {given}");
                return Err(vm.new_type_error(problem));
            }
        };
        let until = in_seconds(timeout, vm)?;
        let [read, write, except] = lists.map(|list| Listed::read(list, vm));
        let lists = [read?, write?, except?];
        let mut shown = lists.each_ref().map(|list| list.shown(|_| true)).join(", ");
        if let Some(timeout) = timeout {
            shown.push_str(&format!(", {}", locals::repr(timeout, vm)));
        }
        let asked: Vec<Asked> = lists
            .iter()
            .zip(SETS)
            .flat_map(|(list, (events, counts))| {
                list.fds.iter().map(move |fd| Asked {
                    fd: *fd,
                    events,
                    counts,
                })
            })
            .collect();
        let name = Name::without_descriptor("select", shown);
        // The answers of the three lists follow each other.
        let chosen = |found: &Vec<u16>, list: usize| {
            let before: usize = lists[..list].iter().map(|list| list.fds.len()).sum();
            let mine = found[before..][..lists[list].fds.len()].to_vec();
            move |index: usize| mine[index] != 0
        };
        let show = |found: &Vec<u16>| {
            let shown = [0, 1, 2].map(|list| lists[list].shown(chosen(found, list)));
            format!("({})", shown.join(", "))
        };
        let work = |call: &mut call::Call<'_>| {
            let found = ask(call, &asked, until)?;
            match found.iter().any(|events| events & POLLNVAL != 0) {
                true => Err(std::io::Error::from_raw_os_error(EBADF).into()),
                false => Ok(found),
            }
        };
        let found = call::make(vm, name, work, show)?;
        let results = [0, 1, 2].map(|list| lists[list].objects(chosen(&found, list), vm));
        Ok(vm.new_tuple(results.to_vec()).into())
    }

    const EBADF: i32 = 9;
    const ENOENT: i32 = 2;

    #[pyfunction]
    fn poll(vm: &VirtualMachine) -> PyRef<Poll> {
        Poll {
            registered: PyMutex::default(),
            is_polling: AtomicBool::new(false),
        }
        .into_ref(&vm.ctx)
    }

    #[pyclass(no_attr, module = "select", name = "poll")]
    #[derive(Debug, PyPayload)]
    pub(super) struct Poll {
        /// Descriptors and the events they are watched for, in the order they came.
        registered: PyMutex<Vec<(i32, u16)>>,
        is_polling: AtomicBool,
    }

    #[pyclass]
    impl Poll {
        #[pymethod]
        fn register(
            &self,
            file: PyObjectRef,
            events: OptionalArg<PyIntRef>,
            vm: &VirtualMachine,
        ) -> PyResult<()> {
            let fd = descriptor(&file, vm)?;
            let events = match events {
                OptionalArg::Present(events) => event_bits(&events, vm)?,
                OptionalArg::Missing => POLLIN | POLLPRI | POLLOUT,
            };
            let mut registered = self.registered.lock();
            match registered.iter_mut().find(|(known, _)| *known == fd) {
                Some((_, old)) => *old = events,
                None => registered.push((fd, events)),
            }
            Ok(())
        }

        #[pymethod]
        fn modify(&self, file: PyObjectRef, events: PyIntRef, vm: &VirtualMachine) -> PyResult<()> {
            let fd = descriptor(&file, vm)?;
            let events = event_bits(&events, vm)?;
            let mut registered = self.registered.lock();
            match registered.iter_mut().find(|(known, _)| *known == fd) {
                Some((_, old)) => *old = events,
                None => {
                    let missing = std::io::Error::from_raw_os_error(ENOENT);
                    return Err(call::os_error(&missing, vm)?);
                }
            }
            Ok(())
        }

        #[pymethod]
        fn unregister(&self, file: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
            let fd = descriptor(&file, vm)?;
            let mut registered = self.registered.lock();
            match registered.iter().position(|(known, _)| *known == fd) {
                Some(index) => {
                    registered.remove(index);
                    Ok(())
                }
                None => Err(vm.new_key_error(vm.ctx.new_int(fd).into())),
            }
        }

        #[pymethod]
        fn poll(&self, timeout: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult {
            let timeout = timeout.into_option();
            let until = in_millis(timeout.as_deref(), vm)?;
            if self.is_polling.swap(true, Ordering::AcqRel) {
                return Err(vm.new_runtime_error("concurrent poll() invocation".to_owned()));
            }
            let found = self.poll_once(timeout, until, vm);
            self.is_polling.store(false, Ordering::Release);
            let found = found?.into_iter().map(|pair| vm.new_tuple(pair).into());
            Ok(vm.ctx.new_list(found.collect()).into())
        }

        fn poll_once(
            &self,
            timeout: Option<PyObjectRef>,
            until: Until,
            vm: &VirtualMachine,
        ) -> PyResult<Vec<(i32, u16)>> {
            let registered = self.registered.lock().clone();
            let each = registered
                .iter()
                .map(|(fd, events)| format!("({fd}, {})", flag_names(*events)));
            let mut shown = format!("[{}]", each.collect::<Vec<_>>().join(", "));
            if let Some(timeout) = timeout {
                shown.push_str(&format!(", {}", locals::repr(timeout.as_object(), vm)));
            }
            let asked: Vec<Asked> = registered
                .iter()
                .map(|&(fd, events)| Asked {
                    fd,
                    events,
                    counts: events | POLLERR | POLLHUP,
                })
                .collect();
            let work = |call: &mut call::Call<'_>| {
                let found = ask(call, &asked, until)?;
                let pairs = asked.iter().map(|asked| asked.fd).zip(found);
                Ok(pairs.filter(|(_, events)| *events != 0).collect())
            };
            let show = |found: &Vec<(i32, u16)>| format!("{found:?}");
            call::make(vm, Name::without_descriptor("poll", shown), work, show)
        }
    }
}
