//! What every subject stands on: VAT by date, sums by day, amounts spread over time, ageing of
//! debts, registers that copies share.

pub mod ageing;
pub mod daily;
pub mod shared;
pub mod spread;
pub mod vat;
