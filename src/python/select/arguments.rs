//! Reading the arguments of `select` and `poll` with CPython's complaints, and showing them.

use std::time::{Duration, Instant};

use rustpython_vm::builtins::{PyFloat, PyInt};
use rustpython_vm::{PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::asked::Until;
use crate::python::socket::seconds;

/// `select(2)` has room for descriptors below this.
const FD_SETSIZE: i32 = 1024;

/// One list of `select`: the program's own objects, their descriptors, and how they are shown.
pub(super) struct Listed {
    objects: Vec<PyObjectRef>,
    pub fds: Vec<i32>,
    shown: Vec<String>,
}

impl Listed {
    pub fn read(list: &PyObject, vm: &VirtualMachine) -> PyResult<Self> {
        let objects: Vec<PyObjectRef> = match list.get_iter(vm) {
            Ok(_) => list.try_to_value(vm)?,
            Err(_) => {
                return Err(vm.new_type_error("arguments 1-3 must be sequences".to_owned()));
            }
        };
        let (mut fds, mut shown) = (Vec::new(), Vec::new());
        for object in &objects {
            let fd = descriptor(object, vm)?;
            if fd >= FD_SETSIZE {
                let problem = "filedescriptor out of range in select()";
                return Err(vm.new_value_error(problem.to_owned()));
            }
            if (0..=2).contains(&fd) {
                let problem = "select() on the console is not part of this lab";
                return Err(vm.new_os_error(problem.to_owned()));
            }
            shown.push(match object.downcastable::<PyInt>() {
                true => fd.to_string(),
                false => format!("<{} fd={fd}>", object.class().name()),
            });
            fds.push(fd);
        }
        Ok(Self {
            objects,
            fds,
            shown,
        })
    }

    /// The ones that are chosen, by their place in the list.
    pub fn shown(&self, is_chosen: impl Fn(usize) -> bool) -> String {
        let chosen = (0..self.shown.len()).filter(|index| is_chosen(*index));
        let shown: Vec<&str> = chosen.map(|index| self.shown[index].as_str()).collect();
        format!("[{}]", shown.join(", "))
    }

    pub fn objects(&self, is_chosen: impl Fn(usize) -> bool, vm: &VirtualMachine) -> PyObjectRef {
        let chosen = (0..self.objects.len()).filter(|index| is_chosen(*index));
        let objects = chosen.map(|index| self.objects[index].clone());
        vm.ctx.new_list(objects.collect()).into()
    }
}

/// The descriptor that an argument stands for: a number, or what its `fileno()` says.
pub(super) fn descriptor(object: &PyObject, vm: &VirtualMachine) -> PyResult<i32> {
    let said = match object.downcastable::<PyInt>() {
        true => object.to_owned(),
        false => match vm.get_attribute_opt(object.to_owned(), "fileno")? {
            Some(method) => method.call((), vm)?,
            None => {
                let problem = "argument must be an int, or have a fileno() method.";
                return Err(vm.new_type_error(problem.to_owned()));
            }
        },
    };
    let Some(number) = said.downcast_ref::<PyInt>() else {
        return Err(vm.new_type_error("fileno() returned a non-integer".to_owned()));
    };
    let fd = i32::try_from(number.as_bigint()).map_err(|_| {
        vm.new_overflow_error("Python int too large to convert to C int".to_owned())
    })?;
    if fd < 0 {
        let problem = format!("file descriptor cannot be a negative integer ({fd})");
        return Err(vm.new_value_error(problem));
    }
    Ok(fd)
}

/// An event mask, which has 16 bits.
pub(super) fn event_bits(events: &PyInt, vm: &VirtualMachine) -> PyResult<u16> {
    let number = events.as_bigint();
    u16::try_from(number).map_err(|_| match i64::try_from(number) {
        Ok(..0) => vm.new_value_error("value must be positive".to_owned()),
        Ok(_) | Err(_) => {
            vm.new_overflow_error("Python int too large for C unsigned short".to_owned())
        }
    })
}

/// The timeout of `select`: seconds, or `None` for ever.
pub(super) fn in_seconds(timeout: Option<&PyObjectRef>, vm: &VirtualMachine) -> PyResult<Until> {
    let Some(timeout) = timeout.filter(|timeout| !vm.is_none(timeout)) else {
        return Ok(Until::Forever);
    };
    if !is_number(timeout) {
        return Err(vm.new_type_error("timeout must be a float or None".to_owned()));
    }
    let seconds = seconds(timeout, vm)?;
    if seconds < 0.0 {
        return Err(vm.new_value_error("timeout must be non-negative".to_owned()));
    }
    after(seconds, vm)
}

/// The timeout of `poll`: milliseconds; `None` or less than 0 for ever.
pub(super) fn in_millis(timeout: Option<&PyObject>, vm: &VirtualMachine) -> PyResult<Until> {
    let Some(timeout) = timeout.filter(|timeout| !vm.is_none(timeout)) else {
        return Ok(Until::Forever);
    };
    if !is_number(timeout) {
        return Err(vm.new_type_error("timeout must be an integer or None".to_owned()));
    }
    // The kernel counts whole ones, and CPython rounds up.
    match seconds(timeout, vm)?.ceil() {
        ..0.0 => Ok(Until::Forever),
        millis => after(millis / 1000.0, vm),
    }
}

fn is_number(object: &PyObject) -> bool {
    object.downcastable::<PyInt>() || object.downcastable::<PyFloat>()
}

fn after(seconds: f64, vm: &VirtualMachine) -> PyResult<Until> {
    if seconds == 0.0 {
        return Ok(Until::Now);
    }
    if seconds.is_nan() {
        let problem = "Invalid value NaN (not a number)";
        return Err(vm.new_value_error(problem.to_owned()));
    }
    Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|duration| Instant::now().checked_add(duration))
        .map(Until::Then)
        .ok_or_else(|| {
            let problem = "timestamp too large to convert to C _PyTime_t";
            vm.new_overflow_error(problem.to_owned())
        })
}

/// Events as they are written: `POLLIN | POLLOUT`.
pub(super) fn flag_names(events: u16) -> String {
    const NAMES: [(u16, &str); 7] = [
        (0x1, "POLLIN"),
        (0x2, "POLLPRI"),
        (0x4, "POLLOUT"),
        (0x8, "POLLERR"),
        (0x10, "POLLHUP"),
        (0x20, "POLLNVAL"),
        (0x2000, "POLLRDHUP"),
    ];
    let mut rest = events;
    let mut names = Vec::new();
    for (flag, name) in NAMES {
        if events & flag != 0 {
            names.push(name.to_owned());
            rest &= !flag;
        }
    }
    if rest != 0 || names.is_empty() {
        names.push(rest.to_string());
    }
    names.join(" | ")
}
