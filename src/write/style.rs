//! How text for people is shown.

use std::io::IsTerminal;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style as Ansi};

use crate::document::EntityType;

/// Lines longer than this are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 100;

/// Colours and width of the text for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Mark entities with colours; without, with `[董军 PER]`.
    pub color: bool,
    /// Break lines at this many terminal cells; `None` leaves them whole.
    pub width: Option<usize>,
}

impl Style {
    /// For files and pipes: no colours, lines as they are.
    pub fn plain() -> Self {
        Self {
            color: false,
            width: None,
        }
    }

    /// What suits standard output: the width of the terminal, and colours if it has
    /// them and neither `NO_COLOR` nor its like speaks against it.
    pub fn for_stdout() -> Self {
        let stdout = std::io::stdout();
        let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
        // Makes the console understand colours where that has to be asked for.
        let choice = AutoStream::auto(std::io::stdout()).current_choice();
        Self {
            color: choice != ColorChoice::Never,
            width: stdout.is_terminal().then_some(width.clamp(20, MAX_WIDTH)),
        }
    }
}

/// Colour of a type; the names are told apart by hue and remain readable on light
/// and dark grounds.
pub(super) fn color_of(kind: EntityType) -> Ansi {
    let color = match kind {
        EntityType::Person => AnsiColor::Magenta,
        EntityType::Location => AnsiColor::Green,
        EntityType::Organization => AnsiColor::Blue,
    };
    color.on_default().bold()
}
