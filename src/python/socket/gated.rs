//! What every method of `socket.socket` needs: its descriptor, its repr, and a gated call on it.

use std::io;
use std::sync::Arc;

use rustpython_vm::common::lock::PyMutex;
use rustpython_vm::{PyResult, VirtualMachine};

use super::PySocket;
use super::address;
use super::arguments::none;
use super::descriptor::{Descriptor, Handle};
use super::transfer::Transfer;
use crate::python::call::{self, Fault, Name};
use crate::python::gate::ClosedBy;

const EBADF: i32 = 9;

impl PySocket {
    pub(super) fn adopted(descriptor: Arc<Descriptor>) -> Self {
        Self {
            descriptor: PyMutex::new(Some(descriptor)),
        }
    }

    pub(in crate::python) fn shown(&self) -> String {
        self.shown_as("socket.socket")
    }

    /// The repr. The two addresses in it are asked of the kernel but announced to nobody.
    pub(super) fn shown_as(&self, class: &str) -> String {
        let Some(descriptor) = self.descriptor.lock().clone() else {
            return format!("<{class} fd=-1, family=0, type=0, proto=0>");
        };
        let Descriptor {
            family,
            kind,
            proto,
            ..
        } = &*descriptor;
        let Some(handle) = descriptor.handle() else {
            return format!(
                "<{class} [closed] fd=-1, family={family}, type={kind}, proto={proto}>"
            );
        };
        let mut shown = format!(
            "<{class} fd={}, family={family}, type={kind}, proto={proto}",
            handle.fd()
        );
        if let Ok(local) = handle.socket().local_addr() {
            shown.push_str(&format!(", laddr={}", address::shown(&local)));
        }
        if let Ok(remote) = handle.socket().peer_addr() {
            shown.push_str(&format!(", raddr={}", address::shown(&remote)));
        }
        shown.push('>');
        shown
    }

    pub(in crate::python) fn descriptor(&self, vm: &VirtualMachine) -> PyResult<Arc<Descriptor>> {
        let descriptor = self.descriptor.lock().clone();
        match descriptor {
            Some(descriptor) => Ok(descriptor),
            None => Err(call::os_error(&io::Error::from_raw_os_error(EBADF), vm)?),
        }
    }

    /// A call on the open descriptor; on a closed one the kernel would say EBADF, so we do.
    pub(super) fn gated<T>(
        &self,
        (name, args): (&'static str, String),
        flags: i32,
        work: impl FnOnce(&mut Transfer<'_, '_>) -> Result<T, Fault>,
        show: impl FnOnce(&T) -> String,
        vm: &VirtualMachine,
    ) -> PyResult<T> {
        let descriptor = self.descriptor(vm)?;
        let name = Name {
            name,
            args,
            fd: Some(descriptor.fd()),
            offers: None,
        };
        on_open(&descriptor, name, flags, work, show, vm)
    }

    /// The same, of a call that offers this many bytes to the kernel.
    pub(super) fn offering<T>(
        &self,
        bytes: usize,
        (name, args): (&'static str, String),
        flags: i32,
        work: impl FnOnce(&mut Transfer<'_, '_>) -> Result<T, Fault>,
        show: impl FnOnce(&T) -> String,
        vm: &VirtualMachine,
    ) -> PyResult<T> {
        let descriptor = self.descriptor(vm)?;
        let name = Name {
            name,
            args,
            fd: Some(descriptor.fd()),
            offers: Some(bytes as u64),
        };
        on_open(&descriptor, name, flags, work, show, vm)
    }

    pub(super) fn family(&self, vm: &VirtualMachine) -> PyResult<i32> {
        Ok(self.descriptor(vm)?.family)
    }

    pub(super) fn close_gated(&self, vm: &VirtualMachine) -> PyResult<()> {
        let descriptor = self.descriptor(vm)?;
        if descriptor.handle().is_none() {
            return Ok(());
        }
        let name = Name {
            name: "close",
            args: String::new(),
            fd: Some(descriptor.fd()),
            offers: None,
        };
        call::make(
            vm,
            name,
            |call| {
                descriptor.close(&*call.here.running.gate, ClosedBy::Call);
                Ok(())
            },
            none,
        )
    }

    pub(super) fn open_descriptor(&self, vm: &VirtualMachine) -> PyResult<Arc<Descriptor>> {
        let descriptor = self.descriptor(vm)?;
        match descriptor.handle() {
            Some(_) => Ok(descriptor),
            None => Err(call::os_error(&io::Error::from_raw_os_error(EBADF), vm)?),
        }
    }
}

fn on_open<T>(
    descriptor: &Descriptor,
    name: Name,
    flags: i32,
    work: impl FnOnce(&mut Transfer<'_, '_>) -> Result<T, Fault>,
    show: impl FnOnce(&T) -> String,
    vm: &VirtualMachine,
) -> PyResult<T> {
    let work = |call: &mut call::Call<'_>| {
        let handle: Arc<Handle> = descriptor
            .handle()
            .ok_or_else(|| io::Error::from_raw_os_error(EBADF))?;
        let timeout = *descriptor.timeout.lock();
        let mut transfer = Transfer::new(call, &handle, timeout, flags);
        let result = work(&mut transfer);
        transfer.notice_connection(descriptor);
        result
    };
    call::make(vm, name, work, show)
}
