//! `print`, `input`, `exit` and the three standard streams, which end at the gate.
//!
//! One `print()` is one text for the gate: the interpreter's own `print` would write it in pieces.

pub(super) use native::module_def;

use rustpython_vm::builtins::{PyBaseExceptionRef, PyStr, PyStrRef};
use rustpython_vm::function::{FuncArgs, OptionalArg};
use rustpython_vm::{PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine};

use super::call;
use super::running::Here;

pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    // The types of a native module exist only once it was imported.
    vm.import("_console", 0)?;
    for (name, stream) in [
        ("stdin", "<stdin>"),
        ("stdout", "<stdout>"),
        ("stderr", "<stderr>"),
    ] {
        let console = native::Console { name: stream }.into_ref(&vm.ctx);
        vm.sys_module.set_attr(name, console.clone(), vm)?;
        vm.sys_module
            .set_attr(vm.ctx.intern_str(format!("__{name}__")), console, vm)?;
    }
    let builtins = &vm.builtins;
    builtins.set_attr("print", vm.new_function("print", print), vm)?;
    builtins.set_attr("input", vm.new_function("input", input), vm)?;
    builtins.set_attr("exit", vm.new_function("exit", exit), vm)?;
    builtins.set_attr("quit", vm.new_function("quit", exit), vm)
}

fn print(args: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
    let (mut separator, mut end, mut file) = (" ".to_owned(), "\n".to_owned(), None);
    for (name, value) in args.kwargs {
        match name.as_str() {
            "sep" => separator = text_or("sep", &value, " ", vm)?,
            "end" => end = text_or("end", &value, "\n", vm)?,
            "file" => file = Some(value).filter(|file| !vm.is_none(file)),
            "flush" => {}
            _ => {
                let problem = format!("'{name}' is an invalid keyword argument for print()");
                return Err(vm.new_type_error(problem));
            }
        }
    }
    let mut text = String::new();
    for (index, value) in args.args.iter().enumerate() {
        if index > 0 {
            text.push_str(&separator);
        }
        text.push_str(&value.str(vm)?.to_string_lossy());
    }
    text.push_str(&end);
    let file = match file {
        Some(file) => file,
        None => vm.sys_module.get_attr("stdout", vm)?,
    };
    if file.downcastable::<native::Console>() {
        show(&text);
    } else if !vm.is_none(&file) {
        vm.call_method(&file, "write", (text,))?;
    }
    Ok(())
}

fn text_or(name: &str, value: &PyObject, default: &str, vm: &VirtualMachine) -> PyResult<String> {
    if vm.is_none(value) {
        return Ok(default.to_owned());
    }
    match value.downcast_ref::<PyStr>() {
        Some(text) => Ok(text.to_string_lossy().into_owned()),
        None => {
            let class = value.class().name().to_string();
            Err(vm.new_type_error(format!("{name} must be None or a string, not {class}")))
        }
    }
}

/// A program that was stopped says nothing more, whatever its `finally` blocks print.
fn show(text: &str) {
    let running = Here::get().running;
    if !text.is_empty() && !running.stop().is_on() {
        running.gate.print(text);
    }
}

fn input(prompt: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<PyStrRef> {
    let prompt = match prompt {
        OptionalArg::Present(prompt) => prompt.str(vm)?.to_string_lossy().into_owned(),
        OptionalArg::Missing => String::new(),
    };
    match ask(&prompt, vm)? {
        Some(line) => Ok(vm.ctx.new_str(line)),
        None => Err(end_of_input(vm)),
    }
}

fn end_of_input(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_eof_error("EOF when reading a line".to_owned())
}

fn ask(prompt: &str, vm: &VirtualMachine) -> PyResult<Option<String>> {
    let Here { running, thread } = Here::get();
    vm.allow_threads(|| running.gate.ask(thread, prompt))
        .map_err(|_| call::stopped(vm))
}

fn exit(code: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<()> {
    let code = code.unwrap_or_none(vm);
    Err(vm.new_exception(vm.ctx.exceptions.system_exit.to_owned(), vec![code]))
}

#[rustpython_vm::pymodule(name = "_console")]
mod native {
    #![allow(clippy::unwrap_used, reason = "written by the macro")]

    use rustpython_vm::builtins::{PyStr, PyStrRef};
    use rustpython_vm::function::{FuncArgs, OptionalArg};
    use rustpython_vm::protocol::PyIterReturn;
    use rustpython_vm::types::{IterNext, Iterable, SelfIter};
    use rustpython_vm::{AsObject, Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, pyclass};

    use super::{ask, show};

    /// `sys.stdout` and its two companions.
    #[pyattr]
    #[pyclass(module = "_io", name = "TextIOWrapper")]
    #[derive(Debug, PyPayload)]
    pub(super) struct Console {
        pub(super) name: &'static str,
    }

    #[pyclass(with(IterNext, Iterable))]
    impl Console {
        #[pymethod]
        fn write(&self, text: PyObjectRef, vm: &VirtualMachine) -> PyResult<usize> {
            let Some(text) = text.downcast_ref::<PyStr>() else {
                let class = text.class().name().to_string();
                return Err(vm.new_type_error(format!("write() argument must be str, not {class}")));
            };
            show(&text.to_string_lossy());
            Ok(text.char_len())
        }

        #[pymethod]
        fn writelines(&self, lines: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
            let lines: Vec<PyObjectRef> = lines.try_to_value(vm)?;
            lines
                .into_iter()
                .try_for_each(|line| self.write(line, vm).map(drop))
        }

        #[pymethod]
        fn readline(&self, _: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<PyStrRef> {
            let line = ask("", vm)?.map_or_else(String::new, |line| line + "\n");
            Ok(vm.ctx.new_str(line))
        }

        #[pymethod]
        fn read(&self, _: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<PyStrRef> {
            let mut text = String::new();
            while let Some(line) = ask("", vm)? {
                text.push_str(&line);
                text.push('\n');
            }
            Ok(vm.ctx.new_str(text))
        }

        #[pymethod]
        fn flush(&self) {}

        #[pymethod]
        fn reconfigure(&self, _: FuncArgs) {}

        #[pymethod]
        fn isatty(&self) -> bool {
            false
        }

        #[pygetset]
        fn encoding(&self) -> &'static str {
            "utf-8"
        }

        #[pygetset]
        fn errors(&self) -> &'static str {
            "strict"
        }

        #[pygetset]
        fn name(&self) -> &'static str {
            self.name
        }
    }

    impl SelfIter for Console {}

    impl IterNext for Console {
        fn next(_: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
            match ask("", vm)? {
                Some(line) => Ok(PyIterReturn::Return(vm.ctx.new_str(line + "\n").into())),
                None => Ok(PyIterReturn::StopIteration(None)),
            }
        }
    }
}
