//! Funds from outside: facts go in, vouchers and registers come out.

pub(crate) mod funds;
pub(crate) mod working_funds;
