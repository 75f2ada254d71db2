//! The command line's entry. `sockstep lab` runs before anything starts a thread.

fn main() -> std::process::ExitCode {
    // A user namespace can be entered only while the process has one thread.
    if std::env::args_os().nth(1).is_some_and(|word| word == "lab") {
        std::process::exit(sockstep::lab::main());
    }
    sockstep::cli::main()
}
