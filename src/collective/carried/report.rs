//! 期初往来台账, and what it takes off the sums of produced vouchers.

use crate::collective::carried::{BalanceCarried, CarriedKind};
use crate::collective::registers::{Listing, Subject, listing};
use crate::{columns, shown_words};

shown_words!(CarriedKind);

columns! { BalanceCarried:
    code: "编码",
    kind: "种类",
    date: "日期",
    months: "月数",
    amount: "金额",
    document: "依据",
}

/// What the subject shows. 期初往来 is in the registers and in no voucher that a fact produced.
pub(crate) const SUBJECT: Subject =
    Subject { listings: LISTINGS, ties: &[], expected: |registers| registers.carried.unposted().collect() };

const LISTINGS: &[Listing] =
    &[listing!("carried" "期初往来": BalanceCarried, |of| of.registers.carried.iter().cloned().collect::<Vec<_>>())];
