//! 记账规则: what may become a voucher. [`accept`] is used when one is written, [`examine`] again when one is
//! verified; both give every reason at once, in the order of this file.

use crate::ledger::book::{Book, text_rule};
use crate::ledger::chart::Postable;
use crate::ledger::reversal;
use crate::ledger::text::{is_blank, person_key};
use crate::ledger::voucher::{ATTACHMENTS_MAX, LINES_MAX, MEMO_CHARS_MAX, PERSON_CHARS_MAX, SOURCE_CHARS_MAX, TIME_CHARS_MAX};
use crate::ledger::{
    Amount, Draft, Element, Line, Period, Purpose, Reason, Refusal, Side, Voucher, VoucherNumber, Word, refusal::Rule,
};

/// Turns a draft into the voucher it would be next in its book, or refuses it by the rules of accounting alone.
/// `original` is the voucher that a reversal takes back.
pub fn accept(book: &Book, draft: &Draft, posted_by: &str, original: Option<&Voucher>) -> Result<Voucher, Refusal> {
    let voucher = voucher_of(book, draft, posted_by);
    Refusal::unless_empty(examine(book, &voucher, original)).map(|()| voucher)
}

/// The voucher that a draft would be next in its book, whatever speaks against it.
pub fn voucher_of(book: &Book, draft: &Draft, posted_by: &str) -> Voucher {
    let period = draft.period.or_else(|| Period::of(draft.date)).unwrap_or(book.profile.first_period);
    let lines = draft.lines.iter().map(|line| Line {
        account: line.account,
        account_name: book.chart.get(&line.account).map(|account| account.name.clone()).unwrap_or_default(),
        side: line.side,
        amount: line.amount,
        dimensions: line.dimensions.clone(),
        memo: line.memo.clone(),
    });
    Voucher {
        number: VoucherNumber { word: draft.word, serial: book.next_serial(period, draft.word) },
        date: draft.date,
        period,
        purpose: draft.purpose,
        memo: draft.memo.clone(),
        lines: lines.collect(),
        attachment_count: draft.attachment_count,
        attachments: draft.attachments.clone(),
        signatures: draft.signatures.clone(),
        posted_by: posted_by.to_owned(),
        source: draft.source.clone(),
        reverses: draft.reverses.clone(),
    }
}

/// Everything that speaks against a voucher being the next one in its book.
pub fn examine(book: &Book, voucher: &Voucher, original: Option<&Voucher>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut whole = |rule: Option<Rule>| reasons.extend(rule.map(Reason::whole));
    whole(period_rule(book, voucher));
    whole(
        (Period::of(voucher.date) != Some(voucher.period))
            .then_some(Rule::DateOutsidePeriod { date: voucher.date, period: voucher.period }),
    );
    let expected = book.next_serial(voucher.period, voucher.number.word);
    whole((voucher.number.serial != expected).then_some(Rule::SerialNotNext { expected }));
    whole(memo_rule(voucher));
    whole(purpose_rule(book, voucher));
    examine_people(voucher, &mut whole);
    whole(attachment_rule(book, voucher));
    whole((voucher.lines.len() > LINES_MAX).then_some(Rule::LinesTooMany { count: voucher.lines.len(), limit: LINES_MAX }));
    let totals = examine_lines(book, voucher, &mut reasons);
    reasons.extend(totals.into_iter().map(Reason::whole));
    if book.turnover_with(voucher).is_none() {
        reasons.push(Reason::whole(Rule::TurnoverExceeded));
    }
    if let Some(reversed) = &voucher.reverses {
        reasons.extend(reversal::examine(book, voucher, reversed, original).map(Reason::whole));
    }
    reasons
}

fn period_rule(book: &Book, voucher: &Voucher) -> Option<Rule> {
    match book.period_closed(voucher.period) {
        None => Some(Rule::PeriodUnknown { period: voucher.period }),
        Some(true) => Some(Rule::PeriodClosed { period: voucher.period }),
        Some(false) => None,
    }
}

/// A memo on the voucher, or else on every line.
fn memo_rule(voucher: &Voucher) -> Option<Rule> {
    let missing = is_blank(&voucher.memo) && voucher.lines.iter().any(|line| is_blank(&line.memo));
    if missing { Some(Rule::MemoMissing) } else { text_rule("摘要", &voucher.memo, MEMO_CHARS_MAX) }
}

fn purpose_rule(book: &Book, voucher: &Voucher) -> Option<Rule> {
    let opening = voucher.purpose == Purpose::Opening;
    if opening != (voucher.number.word == Word::Opening) {
        return Some(Rule::OpeningWordMismatch);
    }
    (opening && book.has_posted()).then_some(Rule::OpeningAfterPosting)
}

/// 制单 and 审核 are two people (会计法 §25), however one writes their names.
fn examine_people(voucher: &Voucher, whole: &mut impl FnMut(Option<Rule>)) {
    let signed = &voucher.signatures;
    let (preparer, approver) = (person_key(&signed.prepared_by), person_key(&signed.approved_by));
    whole(preparer.is_empty().then_some(Rule::PreparerMissing));
    whole(approver.is_empty().then_some(Rule::ApproverMissing));
    let same = !preparer.is_empty() && preparer == approver;
    let both = || Rule::PreparerIsApprover { preparer: signed.prepared_by.clone(), approver: signed.approved_by.clone() };
    whole(same.then(both));
    for (field, text, limit) in [
        ("制单人姓名", &signed.prepared_by, PERSON_CHARS_MAX),
        ("审核人姓名", &signed.approved_by, PERSON_CHARS_MAX),
        ("记账人姓名", &voucher.posted_by, PERSON_CHARS_MAX),
        ("制单时间", &signed.prepared_at, TIME_CHARS_MAX),
        ("审核时间", &signed.approved_at, TIME_CHARS_MAX),
    ] {
        whole(text_rule(field, text, limit));
    }
    whole(text_rule("来源标识", &voucher.source.key, SOURCE_CHARS_MAX));
    whole(text_rule("来源凭证号", &voucher.source.reference, SOURCE_CHARS_MAX));
}

/// All but closing, opening and correcting vouchers need attachments (会计基础工作规范 §51(四)).
fn attachment_rule(book: &Book, voucher: &Voucher) -> Option<Rule> {
    let named = voucher.attachments.len();
    if named > ATTACHMENTS_MAX || usize::try_from(voucher.attachment_count).is_ok_and(|count| count < named) {
        return Some(Rule::AttachmentCountTooSmall { named });
    }
    let asked = book.profile.attachments_required && voucher.purpose == Purpose::Ordinary && voucher.reverses.is_none();
    if asked && voucher.attachment_count == 0 {
        return Some(Rule::AttachmentMissing);
    }
    voucher.attachments.iter().find_map(|attachment| text_rule("附件名称", &attachment.name, MEMO_CHARS_MAX))
}

/// Sums of one kind of account, by side.
#[derive(Default)]
struct Totals {
    debit: i64,
    credit: i64,
    overflow: bool,
}

impl Totals {
    fn add(&mut self, side: Side, amount: Amount) {
        let sum = match side {
            Side::Debit => &mut self.debit,
            Side::Credit => &mut self.credit,
        };
        match sum.checked_add(amount.fen()) {
            Some(total) => *sum = total,
            None => self.overflow = true,
        }
    }

    fn amounts(&self) -> Option<(Amount, Amount)> {
        let unequal = self.debit != self.credit || self.overflow;
        unequal.then(|| (Amount::from_fen(self.debit), Amount::from_fen(self.credit)))
    }
}

/// Checks every line, then the voucher's balance; memorandum accounts balance among themselves.
fn examine_lines(book: &Book, voucher: &Voucher, reasons: &mut Vec<Reason>) -> Vec<Rule> {
    let (mut ordinary, mut memorandum) = (Totals::default(), Totals::default());
    for (index, line) in voucher.lines.iter().enumerate().take(LINES_MAX) {
        let mut refuse = |rule: Rule| reasons.push(Reason::at(index + 1, rule));
        if line.amount.is_zero() {
            refuse(Rule::AmountZero);
        } else if line.amount.fen().unsigned_abs() > Amount::MAX.fen().unsigned_abs() {
            refuse(Rule::AmountTooLarge);
        }
        if let Some(rule) = text_rule("行摘要", &line.memo, MEMO_CHARS_MAX) {
            refuse(rule);
        }
        let element = examine_account(book, line, &mut refuse);
        let totals = if element == Some(Element::Memorandum) { &mut memorandum } else { &mut ordinary };
        totals.add(line.side, line.amount);
    }
    let mut rules = Vec::new();
    let has = |side| voucher.lines.iter().any(|line| line.side == side);
    if !has(Side::Debit) || !has(Side::Credit) {
        rules.push(Rule::OneSided);
    }
    rules.extend(ordinary.amounts().map(|(debit, credit)| Rule::Unbalanced { debit, credit }));
    rules.extend(memorandum.amounts().map(|(debit, credit)| Rule::MemorandumUnbalanced { debit, credit }));
    rules
}

/// Checks a line's account and the dimensions it asks for; gives the account's element where it is known.
fn examine_account(book: &Book, line: &Line, refuse: &mut impl FnMut(Rule)) -> Option<Element> {
    for (dimension, code) in line.dimensions.iter() {
        if book.dimensions.get(dimension, code).is_none() {
            refuse(Rule::DimensionUnknown { dimension, code: code.to_string() });
        }
    }
    let Some((account, postable)) = book.chart.look_up(&line.account) else {
        refuse(Rule::AccountUnknown { account: line.account });
        return None;
    };
    match postable {
        Postable::Yes if account.name != line.account_name => refuse(Rule::AccountUnknown { account: line.account }),
        Postable::Yes => {}
        Postable::NotLeaf => refuse(Rule::AccountNotLeaf { account: line.account }),
        Postable::Closed => refuse(Rule::AccountClosed { account: line.account }),
    }
    for dimension in account.requires.iter().copied() {
        if line.dimensions.get(dimension).is_none() {
            refuse(Rule::DimensionMissing { account: line.account, dimension });
        }
    }
    Some(account.element)
}
