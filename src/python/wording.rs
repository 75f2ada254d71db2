//! CPython's words for adding things that do not add up: `'port ' + 8989` is every beginner's first
//! TypeError, and the interpreter words it its own way.
//!
//! The types are one for all interpreters of the process, so this is done once.

use std::sync::OnceLock;

use rustpython_vm::builtins::{PyList, PyStr, PyType};
use rustpython_vm::protocol::PySequence;
use rustpython_vm::{Py, PyObject, PyResult, VirtualMachine};

type Concatenate = fn(PySequence<'_>, &PyObject, &VirtualMachine) -> PyResult;

/// What the interpreter does for str, list, bytes and bytearray.
static ORIGINAL: OnceLock<[Option<Concatenate>; 4]> = OnceLock::new();

const STR: usize = 0;
const LIST: usize = 1;
const BYTES: usize = 2;
const BYTEARRAY: usize = 3;

pub(super) fn install(vm: &VirtualMachine) {
    ORIGINAL.get_or_init(|| {
        let types = &vm.ctx.types;
        let replace = |class: &Py<PyType>, ours: Concatenate| {
            let slot = &class.slots.as_sequence.concat;
            let original = slot.load();
            slot.store(Some(ours));
            original
        };
        [
            replace(types.str_type, add_to_str),
            replace(types.list_type, add_to_list),
            replace(types.bytes_type, add_to_bytes),
            replace(types.bytearray_type, add_to_bytearray),
        ]
    });
}

fn add_to_str(text: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    match other.downcastable::<PyStr>() {
        true => original(STR, text, other, vm),
        false => Err(vm.new_type_error(format!(
            "can only concatenate str (not \"{}\") to str",
            other.class().name()
        ))),
    }
}

fn add_to_list(list: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    match other.downcastable::<PyList>() {
        true => original(LIST, list, other, vm),
        false => Err(vm.new_type_error(format!(
            "can only concatenate list (not \"{}\") to list",
            other.class().name()
        ))),
    }
}

fn add_to_bytes(bytes: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    add_to_buffer(BYTES, "bytes", bytes, other, vm)
}

fn add_to_bytearray(bytes: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    add_to_buffer(BYTEARRAY, "bytearray", bytes, other, vm)
}

fn add_to_buffer(
    which: usize,
    name: &str,
    bytes: PySequence<'_>,
    other: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    match other.try_bytes_like(vm, |_| ()) {
        Ok(()) => original(which, bytes, other, vm),
        Err(_) => {
            let class = other.class().name().to_string();
            Err(vm.new_type_error(format!("can't concat {class} to {name}")))
        }
    }
}

fn original(which: usize, to: PySequence<'_>, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    match ORIGINAL.get().and_then(|original| original[which]) {
        Some(concatenate) => concatenate(to, other, vm),
        None => Ok(vm.ctx.not_implemented()),
    }
}
