//! The server connection, driven by scripts and by hand, whole and byte by byte.

#[cfg(test)]
mod checklist;
#[cfg(test)]
mod dialogs;
#[cfg(test)]
mod driver;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod script;
#[cfg(test)]
mod timers;
