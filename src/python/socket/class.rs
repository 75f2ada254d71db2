//! `socket.socket`: what Python programs call.
//!
//! Each method reads its arguments, names the call, and leaves the work to `transfer`.

use std::net::Shutdown;
use std::sync::Arc;

use rustpython_vm::builtins::{PyBytes, PyType};
use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::types::{Constructor, Initializer, Representable};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, pyclass,
};
use socket2::SockAddr;

use super::address;
use super::arguments::{
    Into, bytes_like, enumerated, flag_bits, int32, none, only_argument, room, shown_bytes,
    timeout_from, timeout_object, with_flags,
};
use super::constants::{self, AF_INET, SOCK_STREAM};
use super::descriptor::{Descriptor, Timeout};
use super::options;
use super::transfer::Transfer;
use crate::python::call::{self, Fault, Name};
use crate::python::locals;

const EINVAL: i32 = 22;

#[pyclass(module = "socket", name = "socket")]
#[derive(PyPayload)]
pub(crate) struct PySocket {
    /// Empty until `__init__` ran.
    pub(super) descriptor: PyMutex<Option<Arc<Descriptor>>>,
}

impl std::fmt::Debug for PySocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Constructor for PySocket {
    type Args = FuncArgs;

    /// A subclass may take any arguments: only `__init__` looks at them.
    fn py_new(_: &Py<PyType>, _: FuncArgs, _: &VirtualMachine) -> PyResult<Self> {
        Ok(Self {
            descriptor: PyMutex::new(None),
        })
    }
}

#[derive(rustpython_vm::FromArgs)]
pub(crate) struct SocketArgs {
    #[pyarg(any, default)]
    family: OptionalArg<PyObjectRef>,
    #[pyarg(any, default)]
    r#type: OptionalArg<PyObjectRef>,
    #[pyarg(any, default)]
    proto: OptionalArg<PyObjectRef>,
    #[pyarg(any, default)]
    fileno: OptionalArg<PyObjectRef>,
}

impl Initializer for PySocket {
    type Args = SocketArgs;

    fn init(zelf: PyRef<Self>, args: SocketArgs, vm: &VirtualMachine) -> PyResult<()> {
        if args
            .fileno
            .into_option()
            .is_some_and(|fileno| !vm.is_none(&fileno))
        {
            return Err(vm.new_os_error("socket(fileno=...) is not part of this lab".to_owned()));
        }
        let number = |arg: OptionalArg<PyObjectRef>, default| match arg {
            OptionalArg::Present(value) => match int32(&value, vm)? {
                -1 => Ok(default),
                number => Ok(number),
            },
            OptionalArg::Missing => Ok(default),
        };
        let family = number(args.family, AF_INET)?;
        let kind = number(args.r#type, SOCK_STREAM)?;
        let proto = number(args.proto, 0)?;
        let mut shown = format!(
            "{}, {}",
            constants::family_name(family),
            constants::kind_name(kind)
        );
        if proto != 0 {
            shown.push_str(&format!(", {proto}"));
        }
        let name = Name::without_descriptor("socket", shown);
        call::make(
            vm,
            name,
            |call| {
                let descriptor = Descriptor::open(&call.here.running, family, kind, proto)?;
                *zelf.descriptor.lock() = Some(descriptor);
                Ok(())
            },
            |()| zelf.shown(),
        )
    }
}

impl Representable for PySocket {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let class = zelf.class();
        let module = class.as_object().get_attr("__module__", vm)?.str(vm)?;
        let name = class.as_object().get_attr("__qualname__", vm)?.str(vm)?;
        Ok(zelf.shown_as(&format!("{module}.{name}")))
    }
}

#[pyclass(with(Constructor, Initializer, Representable), flags(BASETYPE))]
impl PySocket {
    #[pymethod]
    fn bind(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let python = only_argument("bind", args, vm)?;
        let address = address::parse("bind", self.family(vm)?, &python, vm)?;
        let name = ("bind", locals::repr(&python, vm));
        self.gated(
            name,
            0,
            |to| Ok(to.gate().bind(&to.handle.socket(), &address)?),
            none,
            vm,
        )
    }

    #[pymethod]
    fn listen(&self, backlog: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
        // CPython's default is min(SOMAXCONN, 128).
        let (backlog, shown) = match backlog {
            OptionalArg::Present(value) => {
                let backlog = int32(&value, vm)?.max(0);
                (backlog, backlog.to_string())
            }
            OptionalArg::Missing => (128, String::new()),
        };
        self.gated(
            ("listen", shown),
            0,
            |to| Ok(to.gate().listen(&to.handle.socket(), backlog)?),
            none,
            vm,
        )
    }

    #[pymethod]
    fn accept(&self, vm: &VirtualMachine) -> PyResult<(PyRef<Self>, PyObjectRef)> {
        let listener = self.descriptor(vm)?;
        let made = [listener.family, listener.kind, listener.proto];
        let (socket, remote) = self.gated(
            ("accept", String::new()),
            0,
            |to| {
                let (socket, remote) = to.accept()?;
                let running = &to.call.here.running;
                let descriptor = Descriptor::adopt(running, socket, made)?;
                if let Some(handle) = descriptor.handle() {
                    running.gate.established(&handle.socket());
                }
                Ok((Self::adopted(descriptor), remote))
            },
            |(socket, remote)| format!("({}, {})", socket.shown(), address::shown(remote)),
            vm,
        )?;
        Ok((socket.into_ref(&vm.ctx), address::tuple(&remote, vm)))
    }

    #[pymethod]
    fn connect(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let python = only_argument("connect", args, vm)?;
        let address = address::parse("connect", self.family(vm)?, &python, vm)?;
        self.gated(
            ("connect", locals::repr(&python, vm)),
            0,
            |to| connected(to, &address),
            none,
            vm,
        )
    }

    #[pymethod]
    fn connect_ex(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<i32> {
        let python = only_argument("connect_ex", args, vm)?;
        let address = address::parse("connect_ex", self.family(vm)?, &python, vm)?;
        let name = ("connect_ex", locals::repr(&python, vm));
        let work = |to: &mut Transfer<'_, '_>| match connected(to, &address) {
            Ok(()) => Ok(0),
            Err(Fault::Kernel(error)) if error.raw_os_error().is_some() => {
                Ok(error.raw_os_error().unwrap_or(EINVAL))
            }
            // CPython gives EAGAIN for its own timeout.
            Err(Fault::TimedOut) => Ok(11),
            Err(fault) => Err(fault),
        };
        self.gated(name, 0, work, i32::to_string, vm)
    }

    #[pymethod]
    fn send(
        &self,
        data: PyObjectRef,
        flags: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        let (data, flags) = (bytes_like(data, vm)?, flag_bits(flags, vm)?);
        let name = ("send", with_flags(shown_bytes(&data, vm), flags));
        let work = |to: &mut Transfer<'_, '_>| to.send(&data);
        self.offering(data.len(), name, flags, work, usize::to_string, vm)
    }

    #[pymethod]
    fn sendall(
        &self,
        data: PyObjectRef,
        flags: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let (data, flags) = (bytes_like(data, vm)?, flag_bits(flags, vm)?);
        let name = ("sendall", with_flags(shown_bytes(&data, vm), flags));
        let work = |to: &mut Transfer<'_, '_>| to.send_all(&data);
        self.offering(data.len(), name, flags, work, none, vm)
    }

    #[pymethod]
    fn sendto(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<usize> {
        let (data, flags, python) = match args.args.as_slice() {
            [data, address] => (data, 0, address),
            [data, flags, address] => (data, int32(flags, vm)?, address),
            args => {
                return Err(vm.new_type_error(format!(
                    "sendto() takes 2 or 3 arguments ({} given)",
                    args.len()
                )));
            }
        };
        let data = bytes_like(data.clone(), vm)?;
        let address = address::parse("sendto", self.family(vm)?, python, vm)?;
        let mut shown = with_flags(shown_bytes(&data, vm), flags);
        shown.push_str(&format!(", {}", locals::repr(python, vm)));
        let work = |to: &mut Transfer<'_, '_>| to.send_to(&data, &address);
        let name = ("sendto", shown);
        self.offering(data.len(), name, flags, work, usize::to_string, vm)
    }

    #[pymethod]
    fn recv(
        &self,
        count: PyObjectRef,
        flags: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<PyBytes>> {
        let (count, flags) = (room("recv", &count, vm)?, flag_bits(flags, vm)?);
        let name = ("recv", with_flags(count.to_string(), flags));
        let data = self.gated(
            name,
            flags,
            |to| to.receive(count),
            |data| shown_bytes(data, vm),
            vm,
        )?;
        Ok(vm.ctx.new_bytes(data))
    }

    #[pymethod]
    fn recvfrom(
        &self,
        count: PyObjectRef,
        flags: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<(PyRef<PyBytes>, PyObjectRef)> {
        let (count, flags) = (room("recvfrom", &count, vm)?, flag_bits(flags, vm)?);
        let name = ("recvfrom", with_flags(count.to_string(), flags));
        let show = |(data, remote): &(Vec<u8>, Option<SockAddr>)| {
            let remote = address::shown_or_none(remote);
            format!("({}, {remote})", shown_bytes(data, vm))
        };
        let (data, remote) = self.gated(name, flags, |to| to.receive_from(count), show, vm)?;
        let remote = remote.map_or_else(|| vm.ctx.none(), |remote| address::tuple(&remote, vm));
        Ok((vm.ctx.new_bytes(data), remote))
    }

    #[pymethod]
    fn recv_into(
        &self,
        buffer: PyObjectRef,
        count: OptionalArg<PyObjectRef>,
        flags: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        let too_small = "buffer too small for requested bytes";
        let into = Into::read("recv_into", buffer, count, too_small, vm)?;
        let flags = flag_bits(flags, vm)?;
        let name = ("recv_into", with_flags(into.shown(), flags));
        let show = |data: &Vec<u8>| data.len().to_string();
        let data = self.gated(name, flags, |to| to.receive(into.count), show, vm)?;
        Ok(into.fill(&data))
    }

    #[pymethod]
    fn recvfrom_into(
        &self,
        buffer: PyObjectRef,
        count: OptionalArg<PyObjectRef>,
        flags: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<(usize, PyObjectRef)> {
        let too_small = "nbytes is greater than the length of the buffer";
        let into = Into::read("recvfrom_into", buffer, count, too_small, vm)?;
        let flags = flag_bits(flags, vm)?;
        let name = ("recvfrom_into", with_flags(into.shown(), flags));
        let show = |(data, remote): &(Vec<u8>, Option<SockAddr>)| {
            format!("({}, {})", data.len(), address::shown_or_none(remote))
        };
        let work = |to: &mut Transfer<'_, '_>| to.receive_from(into.count);
        let (data, remote) = self.gated(name, flags, work, show, vm)?;
        let remote = remote.map_or_else(|| vm.ctx.none(), |remote| address::tuple(&remote, vm));
        Ok((into.fill(&data), remote))
    }

    #[pymethod]
    fn shutdown(&self, how: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let how = int32(&how, vm)?;
        let work = |to: &mut Transfer<'_, '_>| {
            let how = match how {
                0 => Shutdown::Read,
                1 => Shutdown::Write,
                2 => Shutdown::Both,
                _ => return Err(std::io::Error::from_raw_os_error(EINVAL).into()),
            };
            Ok(to.handle.socket().shutdown(how)?)
        };
        self.gated(("shutdown", constants::how_name(how)), 0, work, none, vm)
    }

    #[pymethod]
    fn close(&self, vm: &VirtualMachine) -> PyResult<()> {
        self.close_gated(vm)
    }

    #[pymethod]
    fn __enter__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __exit__(&self, _: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        self.close_gated(vm)
    }

    #[pymethod]
    fn setsockopt(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        options::set(self, args, vm)
    }

    #[pymethod]
    fn getsockopt(&self, args: FuncArgs, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        options::get(self, args, vm)
    }

    #[pymethod]
    fn getsockname(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let name = ("getsockname", String::new());
        let local = self.gated(
            name,
            0,
            |to| Ok(to.handle.socket().local_addr()?),
            address::shown,
            vm,
        )?;
        Ok(address::tuple(&local, vm))
    }

    #[pymethod]
    fn getpeername(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        let name = ("getpeername", String::new());
        let remote = self.gated(
            name,
            0,
            |to| Ok(to.handle.socket().peer_addr()?),
            address::shown,
            vm,
        )?;
        Ok(address::tuple(&remote, vm))
    }

    #[pymethod]
    fn fileno(&self) -> i32 {
        self.descriptor
            .lock()
            .as_ref()
            .map_or(-1, |descriptor| descriptor.fd())
    }

    #[pymethod]
    fn settimeout(&self, timeout: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let timeout = timeout_from(&timeout, vm)?;
        *self.open_descriptor(vm)?.timeout.lock() = timeout;
        Ok(())
    }

    #[pymethod]
    fn gettimeout(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        Ok(timeout_object(*self.descriptor(vm)?.timeout.lock(), vm))
    }

    #[pymethod]
    fn setblocking(&self, blocks: bool, vm: &VirtualMachine) -> PyResult<()> {
        let timeout = if blocks {
            Timeout::Blocking
        } else {
            Timeout::NonBlocking
        };
        *self.open_descriptor(vm)?.timeout.lock() = timeout;
        Ok(())
    }

    #[pymethod]
    fn getblocking(&self, vm: &VirtualMachine) -> PyResult<bool> {
        Ok(*self.descriptor(vm)?.timeout.lock() != Timeout::NonBlocking)
    }

    #[pygetset]
    fn timeout(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        self.gettimeout(vm)
    }

    #[pygetset(name = "family")]
    fn python_family(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        enumerated("AddressFamily", self.family(vm)?, vm)
    }

    #[pygetset(name = "type")]
    fn python_type(&self, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        enumerated("SocketKind", self.descriptor(vm)?.kind, vm)
    }

    #[pygetset]
    fn proto(&self, vm: &VirtualMachine) -> PyResult<i32> {
        Ok(self.descriptor(vm)?.proto)
    }

    #[pygetset]
    fn _closed(&self) -> bool {
        self.fileno() < 0
    }
}

/// Connects, and says so before the program sees it.
fn connected(to: &mut Transfer<'_, '_>, address: &SockAddr) -> Result<(), Fault> {
    to.connect(address)?;
    to.call.here.running.gate.established(&to.handle.socket());
    Ok(())
}
