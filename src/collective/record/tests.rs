//! The posting patterns of facts §7.2, a module a subject.

mod advance;
mod consignment;
mod contracts;
mod desk;
mod funds;
mod goods;
mod organisation;
mod stakes;
mod ties;
mod working_funds;
