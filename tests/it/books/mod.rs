//! The contract of the books, and every change made behind the journal's back.

mod business;
mod contract;
mod fixture;
mod intercompany;
mod tampering;
