//! The names a learner sees beside a call: those of the innermost function of the program.
//!
//! Computing a repr must never run the program's own code nor make a call, so values are shown
//! natively: builtin types in full, anything else as `<Name object>`.

use rustpython_vm::builtins::{
    PyBaseException, PyByteArray, PyBytes, PyDict, PyDictRef, PyFloat, PyFunction, PyInt, PyList,
    PyModule, PyNone, PySet, PyStr, PyTuple, PyType,
};
use rustpython_vm::convert::IntoObject;
use rustpython_vm::frame::FrameRef;
use rustpython_vm::{AsObject, PyObject, PyObjectRef, VirtualMachine};

use super::socket::PySocket;

/// More names than this are not shown.
const MOST_NAMES: usize = 50;
/// A value's repr is cut after so many characters.
const WIDEST: usize = 80;
/// How deep a list of lists is followed.
const DEEPEST: usize = 4;
/// An integer with more bits than this is not worth its repr (it takes quadratic time).
const MOST_BITS: u64 = 1000;

/// The line the program is at, and its names there.
pub(super) fn at_the_learners_line(
    file: &str,
    vm: &VirtualMachine,
) -> (u32, Vec<(String, String)>) {
    let Some(frame) = innermost(file, vm) else {
        return (0, Vec::new());
    };
    let line = u32::try_from(frame.f_lineno()).unwrap_or(0);
    (line, names(&frame, vm))
}

fn innermost(file: &str, vm: &VirtualMachine) -> Option<FrameRef> {
    let mut frame = vm.current_frame();
    while let Some(candidate) = frame {
        if candidate.f_code().source_path().as_str() == file {
            return Some(candidate);
        }
        frame = candidate.f_back(vm);
    }
    None
}

fn names(frame: &FrameRef, vm: &VirtualMachine) -> Vec<(String, String)> {
    let Ok(locals) = frame.locals(vm) else {
        return Vec::new();
    };
    let Ok(locals) = locals.into_object().downcast::<PyDict>() else {
        return Vec::new();
    };
    let modules = imported(vm);
    let is_imported = |name: &str, value: &PyObject| {
        let same = |module: &PyDictRef| module.get_item_opt(name, vm).ok().flatten();
        modules.iter().filter_map(same).any(|known| known.is(value))
    };
    locals
        .items_vec()
        .into_iter()
        .filter_map(|(name, value)| {
            let name = name.downcast_ref::<PyStr>()?.to_string();
            let is_shown =
                !name.starts_with("__") && !is_furniture(&value) && !is_imported(&name, &value);
            is_shown.then(|| (name, repr(&value, vm)))
        })
        .take(MOST_NAMES)
        .collect()
}

/// The names of the modules the program imported: after `from socket import *` the learner's own three
/// names should not drown among a hundred constants.
fn imported(vm: &VirtualMachine) -> Vec<PyDictRef> {
    let Ok(modules) = vm.sys_module.get_attr("modules", vm) else {
        return Vec::new();
    };
    let Some(modules) = modules.downcast_ref::<PyDict>() else {
        return Vec::new();
    };
    let is_main = |name: &PyObject| {
        name.downcast_ref::<PyStr>()
            .is_none_or(|name| name.as_wtf8() == "__main__")
    };
    modules
        .items_vec()
        .into_iter()
        .filter(|(name, _)| !is_main(name))
        .filter_map(|(_, module)| Some(module.downcast_ref::<PyModule>()?.dict()))
        .collect()
}

/// Modules, functions and classes are the program's text, not its data.
fn is_furniture(value: &PyObject) -> bool {
    value.downcastable::<PyModule>()
        || value.downcastable::<PyFunction>()
        || value.downcastable::<PyType>()
        || value.class().name().contains("builtin_function")
}

/// A value's repr, cut to what fits beside a line.
pub(super) fn repr(value: &PyObject, vm: &VirtualMachine) -> String {
    let mut shown = Shown {
        text: String::new(),
        vm,
    };
    shown.value(value, 0);
    cut(shown.text)
}

/// Cuts a text to what fits, with a sign that it was cut.
pub(super) fn cut(text: String) -> String {
    match text.char_indices().nth(WIDEST) {
        Some(_) => text.chars().take(WIDEST - 1).chain(['…']).collect(),
        None => text,
    }
}

struct Shown<'a> {
    text: String,
    vm: &'a VirtualMachine,
}

impl Shown<'_> {
    fn value(&mut self, value: &PyObject, depth: usize) {
        if depth > DEEPEST {
            self.text.push_str("...");
        } else if let Some(number) = value.downcast_ref::<PyInt>() {
            self.int(value, number);
        } else if let Some(text) = value.downcast_ref::<PyStr>() {
            // Only what will be shown is worth escaping.
            let start: String = text.to_string_lossy().chars().take(WIDEST).collect();
            self.native(self.vm.ctx.new_str(start).as_object());
        } else if let Some(bytes) = value.downcast_ref::<PyBytes>() {
            let start = &bytes.as_bytes()[..bytes.as_bytes().len().min(WIDEST)];
            self.native(self.vm.ctx.new_bytes(start.to_vec()).as_object());
        } else if let Some(bytes) = value.downcast_ref::<PyByteArray>() {
            let start = bytes.borrow_buf().iter().copied().take(WIDEST).collect();
            self.native(self.vm.ctx.new_bytearray(start).as_object());
        } else if value.downcastable::<PyNone>() {
            self.native(value);
        } else if let Some(number) = value.downcast_ref::<PyFloat>() {
            self.native(self.vm.ctx.new_float(number.to_f64()).as_object());
        } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
            let end = if tuple.len() == 1 { ",)" } else { ")" };
            self.sequence("(", tuple.as_slice(), end, depth);
        } else if let Some(list) = value.downcast_ref::<PyList>() {
            let elements: Vec<_> = list.borrow_vec().iter().take(WIDEST).cloned().collect();
            self.sequence("[", &elements, "]", depth);
        } else if let Some(dict) = value.downcast_ref::<PyDict>() {
            self.dict(dict, depth);
        } else if let Some(set) = value.downcast_ref::<PySet>() {
            self.sequence("{", &set.elements(), "}", depth);
        } else if let Some(socket) = value.downcast_ref::<PySocket>() {
            self.text.push_str(&socket.shown());
        } else if let Some(exception) = value.downcast_ref::<PyBaseException>() {
            self.text.push_str(&value.class().name());
            self.sequence("(", exception.args().as_slice(), ")", depth);
        } else {
            self.text
                .push_str(&format!("<{} object>", value.class().name()));
        }
    }

    fn int(&mut self, value: &PyObject, number: &PyInt) {
        let bits = number.as_bigint().bits();
        if bits > MOST_BITS {
            self.text.push_str(&format!("<int of {bits} bits>"));
        } else if value.class().is(self.vm.ctx.types.bool_type) {
            self.native(value);
        } else {
            self.text.push_str(&number.as_bigint().to_string());
        }
    }

    fn sequence(&mut self, start: &str, elements: &[PyObjectRef], end: &str, depth: usize) {
        self.text.push_str(start);
        for (index, element) in elements.iter().enumerate() {
            if self.is_full() {
                return;
            }
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(element, depth + 1);
        }
        self.text.push_str(end);
    }

    fn dict(&mut self, dict: &PyDict, depth: usize) {
        self.text.push('{');
        for (index, (key, value)) in dict.items_vec().iter().enumerate() {
            if self.is_full() {
                return;
            }
            if index > 0 {
                self.text.push_str(", ");
            }
            self.value(key, depth + 1);
            self.text.push_str(": ");
            self.value(value, depth + 1);
        }
        self.text.push('}');
    }

    /// For values of builtin types only: their repr is native.
    fn native(&mut self, value: &PyObject) {
        match value.repr(self.vm) {
            Ok(repr) => self.text.push_str(&repr.to_string_lossy()),
            Err(_) => self.text.push_str("..."),
        }
    }

    fn is_full(&self) -> bool {
        self.text.len() > WIDEST * 4
    }
}
