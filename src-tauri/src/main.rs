//! The shell: one window around the program in the crate `app`.
//!
//! It decides nothing. It opens the window, hands the pages' commands to the program, tells the pages that something
//! changed, and lends the program the desk: browser, save dialog, clipboard. It must not know a step, a service or a
//! file of the program.

// Without this, Windows opens a console beside the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
#[cfg(test)]
mod bindings;
mod commands;
mod desk;
mod events;
mod logs;
mod window;

use std::process::ExitCode;

use app::Program;
use arguments::{Arguments, Wish};
use tauri::{App, AppHandle, Manager, RunEvent};

fn main() -> ExitCode {
    match arguments::read(std::env::args_os().skip(1)) {
        Ok(Wish::Window(arguments)) => open(arguments),
        Ok(Wish::Tell(text)) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}\n\n{}", arguments::USAGE);
            ExitCode::from(2)
        }
    }
}

fn open(arguments: Arguments) -> ExitCode {
    let _logs = logs::keep(&app::data_folder());
    let api = commands::api();
    let built = tauri::Builder::default()
        // First, so that a second start ends before anything else of it begins.
        .plugin(tauri_plugin_single_instance::init(again))
        .plugin(window::remembered())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .invoke_handler(api.invoke_handler())
        .setup(move |app| {
            api.mount_events(app);
            begin(app, arguments)
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(on_event)).unwrap_or(u8::MAX)),
        Err(error) => {
            eprintln!("The window can’t be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts the program, then opens the window: a page never meets a program that is not there, and starting asks neither
/// the network nor the keyring. A program that can't start is told
/// in a dialog, because there may be no terminal to read.
fn begin(app: &mut App, arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let options = arguments.options(desk::desk(app.handle()));
    match tauri::async_runtime::block_on(Program::start(options)) {
        Ok(program) => {
            events::follow(app.handle().clone(), program.revisions());
            app.manage(program);
            window::open(app)?;
        }
        Err(trouble) => desk::say_and_leave(app.handle(), &trouble),
    }
    Ok(())
}

/// Somebody started Lockstep once more: the window that is open comes forward and does what they wanted. What can't be read of
/// the arguments was said by that start already.
fn again(app: &AppHandle, line: Vec<String>, folder: String) {
    window::bring_forward(app);
    let wish = arguments::read(line.into_iter().skip(1).map(Into::into));
    if let (Ok(Wish::Window(arguments)), Some(program)) = (wish, app.try_state::<Program>()) {
        let (practice, cloud) = arguments.wishes(folder.as_ref());
        let program = program.inner().clone();
        tauri::async_runtime::spawn(async move { program.start_again(practice, cloud).await });
    }
}

fn on_event(app: &AppHandle, event: RunEvent) {
    if let (RunEvent::Exit, Some(program)) = (event, app.try_state::<Program>()) {
        tauri::async_runtime::block_on(program.close());
    }
}
