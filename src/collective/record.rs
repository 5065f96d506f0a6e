//! 事实的行为: what each fact means. A folder a subject: what speaks against it, what it leaves in the registers, the
//! vouchers it asks for (the posting patterns of facts §7.2), and how it is taken back.

use crate::collective::produce::Produced;
use crate::collective::registers::Registers;
use crate::ledger::refusal::Rule;
use crate::ledger::{Book, Dimension, DimensionCode};

/// What every kind of fact says of itself.
pub trait Record {
    /// Codes that it names and that must be registered in the book: a report could not name them otherwise.
    fn codes(&self) -> Vec<(Dimension, &DimensionCode)> {
        Vec::new()
    }

    /// What follows from it beside the amounts that it names, in fen: the rent of a whole term. Held to
    /// [`crate::collective::bounds`] with them.
    fn implied(&self) -> i128 {
        0
    }

    /// Everything that speaks against it, as the registers stand before it.
    fn examine(&self, registers: &Registers, book: &Book) -> Vec<Rule>;

    /// Takes in what [`Record::examine`] found nothing against.
    fn apply(&self, registers: &mut Registers);

    /// The drafts it asks for, as the registers stand before it. A fact that moves no money gives none.
    ///
    /// # Errors
    /// A role has no account, or an amount leaves its type.
    fn produce(&self, _registers: &Registers, _book: &Book) -> Result<Vec<Produced>, Rule> {
        Ok(Vec::new())
    }

    /// Undoes what a produced voucher stood for. `parts` follow the fact's word in the voucher's reference. `None` where
    /// they lead to nothing that may be undone; then, and only then, the registers are as they were.
    fn withdraw(_registers: &mut Registers, _parts: &[&str]) -> Option<()>
    where
        Self: Sized,
    {
        None
    }
}
