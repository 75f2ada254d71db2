//! Which modules a program may import, and nothing but those.
//!
//! The interpreter's import machinery is replaced, not restricted: its lock is one for the whole
//! process, so a program stopped inside it would take every other program along. Ours is a table.

use rustpython_vm::builtins::{
    PyBaseException, PyBaseExceptionRef, PyDict, PyModule, PyStr, PyType,
};
use rustpython_vm::compiler::Mode;
use rustpython_vm::function::{ArgBytesLike, FuncArgs, KwArgs};
use rustpython_vm::scope::Scope;
use rustpython_vm::types::PyTypeFlags;
use rustpython_vm::{AsObject, Py, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine};

use super::{locals, select, socket, structs, syntax, threads};

/// Modules of the interpreter and of ours that programs may import as they are. Those with an
/// underscore are what the Python parts below stand on.
const NATIVE: &[&str] = &[
    "_socket",
    "_struct",
    "_thread",
    "builtins",
    "codecs",
    "errno",
    "itertools",
    "select",
    "sys",
    "time",
];

/// Modules written in Python, compiled when first imported.
const PYTHON: &[(&str, &str)] = &[
    ("selectors", select::SELECTORS),
    ("socket", socket::PYTHON_PART),
    ("struct", structs::PYTHON_PART),
    ("threading", threads::PYTHON_PART),
];

/// Names in `builtins` and `sys` that lead out of the program.
const BANNED_BUILTINS: &[&str] = &[
    "open",
    "breakpoint",
    "__loader__",
    "__spec__",
    "help",
    "copyright",
    "credits",
    "license",
];
const BANNED_SYS: &[&str] = &[
    "meta_path",
    "__loader__",
    "__spec__",
    "breakpointhook",
    "__breakpointhook__",
    "path_hooks",
    "path_importer_cache",
    "modules_cache",
    "settrace",
    "setprofile",
    "_settraceallthreads",
    "_setprofileallthreads",
    "_current_frames",
    "_current_exceptions",
    "monitoring",
    "addaudithook",
    "setswitchinterval",
    "_getframe",
    "_getframemodulename",
    "call_tracing",
    "gettrace",
    "getprofile",
    "set_asyncgen_hooks",
];

/// Modules that nothing needs once the interpreter is up, and that lead out of the program.
const HOLLOW: &[&str] = &[
    "_frozen_importlib",
    "_frozen_importlib_external",
    "_imp",
    "_io",
    "_thread",
    "atexit",
    "gc",
    "io",
    "marshal",
    "posix",
    "zipimport",
];

pub(super) fn install(vm: &VirtualMachine) -> PyResult<()> {
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let table = vm.ctx.new_dict();
    for name in NATIVE {
        let module = match *name {
            "_thread" => vm.import("_threads", 0)?,
            name => vm.import(name, 0)?,
        };
        table.set_item(*name, module, vm)?;
    }
    // What the interpreter itself imported while it started is out of reach from here on.
    let visible = modules.downcast::<PyDict>().map_err(|_| broken(vm))?;
    hollow(&visible, vm);
    for (_, module) in &table {
        remove(&module, &["__spec__", "__loader__"], vm);
    }
    visible.clear();
    for name in ["sys", "builtins"] {
        visible.set_item(name, table.get_item(name, vm)?, vm)?;
    }
    let import = move |args: FuncArgs, vm: &VirtualMachine| import(&table, args, vm);
    vm.builtins
        .set_attr("__import__", vm.new_function("__import__", import), vm)?;
    remove(vm.builtins.as_object(), BANNED_BUILTINS, vm);
    remove(vm.sys_module.as_object(), BANNED_SYS, vm);
    guard_compilers(vm)?;
    tame_classes(vm);
    Ok(())
}

/// Empties the modules behind the import machinery. Their classes and functions may still be found
/// by who looks long enough (in a traceback, say), but without their names they do nothing.
fn hollow(modules: &Py<PyDict>, vm: &VirtualMachine) {
    for name in HOLLOW {
        if let Ok(module) = modules.get_item(*name, vm)
            && let Some(module) = module.downcast_ref::<PyModule>()
        {
            let names = module.dict();
            for (_, value) in names.items_vec() {
                if let Some(class) = value.downcast_ref::<PyType>()
                    && class.slots.flags.has_feature(PyTypeFlags::HEAPTYPE)
                {
                    class.attributes.write().clear();
                    class.modified();
                }
            }
            names.clear();
            if *name == "_frozen_importlib" {
                // The interpreter asks its import machinery how a module looks.
                let repr = vm.new_function("_module_repr", module_repr);
                names.set_item("_module_repr", repr.into(), vm).ok();
            }
        }
    }
}

fn module_repr(module: PyObjectRef, vm: &VirtualMachine) -> PyResult<String> {
    let name = match vm.get_attribute_opt(module, "__name__")? {
        Some(name) => locals::repr(&name, vm),
        None => "'?'".to_owned(),
    };
    Ok(format!("<module {name} (built-in)>"))
}

/// `eval`, `exec` and `compile` refuse what the parser would not survive, as a program's own text is
/// refused.
fn guard_compilers(vm: &VirtualMachine) -> PyResult<()> {
    for name in ["eval", "exec", "compile"] {
        let original = vm.builtins.get_attr(name, vm)?;
        let guarded = move |args: FuncArgs, vm: &VirtualMachine| -> PyResult {
            let source = args.args.first().or_else(|| args.kwargs.get("source"));
            let text = match source {
                Some(source) => source_text(source, vm),
                None => None,
            };
            if let Some((class, problem)) = text.and_then(|text| syntax::too_deep(&text)) {
                let class = vm.builtins.get_attr(vm.ctx.intern_str(class), vm)?;
                let exception = class.call((problem,), vm)?;
                return Err(exception.downcast().map_err(|_| broken(vm))?);
            }
            original.call(args, vm)
        };
        vm.builtins
            .set_attr(name, vm.new_function(name, guarded), vm)?;
    }
    Ok(())
}

fn source_text(source: &PyObject, vm: &VirtualMachine) -> Option<String> {
    if let Some(text) = source.downcast_ref::<PyStr>() {
        return Some(text.to_string_lossy().into_owned());
    }
    let bytes = ArgBytesLike::try_from_object(vm, source.to_owned()).ok()?;
    Some(String::from_utf8_lossy(&bytes.borrow_buf()).into_owned())
}

/// Takes from the interpreter's own classes what is not for programs. These classes are one for
/// the whole process: `__subclasses__` lists other programs' classes too, and bytecode that nobody
/// checked may do anything.
fn tame_classes(vm: &VirtualMachine) {
    let types = &vm.ctx.types;
    let banned: [(&Py<PyType>, &[&str]); 2] = [
        (types.type_type, &["__subclasses__"]),
        (types.code_type, &["replace", "__replace__", "__new__"]),
    ];
    for (class, names) in banned {
        for name in names {
            class
                .attributes
                .write()
                .shift_remove(vm.ctx.intern_str(*name));
        }
        class.modified();
    }
    types.code_type.slots.new.store(None);
}

fn remove(module: &PyObject, names: &[&str], vm: &VirtualMachine) {
    for name in names {
        // Some of these exist in some builds of the interpreter only.
        module.del_attr(vm.ctx.intern_str(*name), vm).ok();
    }
}

/// `__import__(name, globals, locals, fromlist, level)`.
fn import(table: &Py<PyDict>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    let Some(name) = args
        .args
        .first()
        .and_then(|name| name.downcast_ref::<PyStr>())
    else {
        return Err(vm.new_type_error("module name must be a string".to_owned()));
    };
    let name = name.to_string_lossy().into_owned();
    let is_relative = args
        .args
        .get(4)
        .or_else(|| args.kwargs.get("level"))
        .is_some_and(|level| {
            level
                .clone()
                .try_into_value::<usize>(vm)
                .is_ok_and(|level| level > 0)
        });
    if is_relative {
        let problem = "attempted relative import with no known parent package";
        return Err(vm.new_import_error(problem, vm.ctx.new_str("")));
    }
    let modules = vm.sys_module.get_attr("modules", vm)?;
    if let Ok(module) = modules.get_item(name.as_str(), vm)
        && !vm.is_none(&module)
    {
        return Ok(module);
    }
    if let Some(module) = table.get_item_opt(name.as_str(), vm)? {
        modules.set_item(name.as_str(), module.clone(), vm)?;
        return Ok(module);
    }
    let Some((name, source)) = PYTHON.iter().find(|(known, _)| *known == name) else {
        return Err(not_found(&name, vm));
    };
    let module = compiled(name, source, &modules, vm)?;
    table.set_item(*name, module.clone(), vm)?;
    Ok(module)
}

/// Runs a module's source. Its path begins with `<`, which is how tracebacks know to leave it out.
fn compiled(name: &str, source: &str, modules: &PyObject, vm: &VirtualMachine) -> PyResult {
    let code = vm
        .compile(source, Mode::Exec, format!("<{name}>"))
        .map_err(|error| vm.new_syntax_error(&error, Some(source)))?;
    let names = vm.ctx.new_dict();
    names.set_item("__name__", vm.ctx.new_str(name).into(), vm)?;
    let module = vm.new_module(name, names.clone(), None);
    modules.set_item(name, module.clone().into(), vm)?;
    let scope = Scope::with_builtins(None, names, vm);
    vm.run_code_obj(code, scope)?;
    Ok(module.into())
}

fn not_found(name: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    // `import os.path` complains about os, as the first one that is missing.
    let (top, is_dotted) = match name.split_once('.') {
        Some((top, _)) => (top, true),
        None => (name, false),
    };
    let is_known = NATIVE.contains(&top) || PYTHON.iter().any(|(known, _)| *known == top);
    let problem = match is_dotted && is_known {
        true => format!("No module named '{name}'; '{top}' is not a package"),
        false => format!("No module named '{top}'"),
    };
    let class = vm.ctx.exceptions.module_not_found_error.as_object();
    let name = if is_dotted && is_known { name } else { top };
    let arguments = FuncArgs::new(
        vec![PyObjectRef::from(vm.ctx.new_str(problem))],
        [("name".to_owned(), PyObjectRef::from(vm.ctx.new_str(name)))]
            .into_iter()
            .collect::<KwArgs>(),
    );
    match class
        .call(arguments, vm)
        .map(PyObjectRef::downcast::<PyBaseException>)
    {
        Ok(Ok(exception)) => exception,
        Ok(Err(_)) => broken(vm),
        Err(exception) => exception,
    }
}

fn broken(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_system_error("the module table is not what it was".to_owned())
}
