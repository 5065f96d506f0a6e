//! Behaviour from outside: the program, its HTTP door, its databases, its verifier, and peers that read its files.

mod books;
mod closing;
mod county;
mod faults;
mod files;
mod http;
mod merchant;
mod support;
mod survive;
mod tidy;
mod verify;
mod web;
