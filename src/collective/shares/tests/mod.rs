//! Shares and distributions from outside: facts go in, vouchers and registers come out.

pub(crate) mod capital;
pub(crate) mod distributions;
