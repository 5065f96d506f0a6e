//! 合同: leases, land contracts, participations and intermediary services, from signature to the last receipt.
//! Law: 民法典 §703-734 (leases) and §202 (months); VAT by date in [`crate::collective::ground::vat`]. Start with [`terms`]
//! (what is agreed), then [`schedule`] (what falls due when) and `posting` (what is posted).

pub mod accrual;
pub mod advance;
pub mod debt;
pub mod money;
mod posting;
pub mod recognition;
pub mod register;
pub mod report;
pub mod schedule;
pub mod service;
pub mod tax;
pub mod terms;
pub(crate) mod tie;

#[cfg(test)]
pub(crate) mod tests;
