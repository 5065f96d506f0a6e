//! Facts and their vouchers in a package: what a fact asks for must stand behind it, and nothing may claim to come from one
//! that does not.

use super::fixture::{BOOK, Fixture, declaration, draft, profile, rewrite_voucher, seal, signer};
use cunshe::collective::Fact;
use cunshe::collective::fact::Withdrawal;
use cunshe::journal::{Declaration, Declared, Event, State};
use cunshe::ledger::chart::ChartStandard;
use cunshe::ledger::reversal::{self, Place};
use cunshe::ledger::voucher::{Signatures, Source};
use cunshe::ledger::{Amount, Dimension, DimensionCode, DimensionValue, Voucher, posting};
use jiff::civil::Date;
use serde_json::{Value, json};

/// A book in the making.
struct Scribe {
    state: State,
    events: Vec<Event>,
}

fn signed() -> Signatures {
    Signatures { prepared_by: "示例甲".into(), approved_by: "示例乙".into(), ..Signatures::default() }
}

impl Scribe {
    fn new() -> Scribe {
        let opening = Declaration {
            by: "示例甲".into(),
            date: Date::constant(2025, 1, 1),
            declared: Declared::BookOpened { profile: profile(), verifier_key: signer().verifier_key().to_string() },
        };
        let mut scribe = Scribe {
            state: State::before_first(BOOK, &opening).expect("state"),
            events: vec![Event::Declaration(Box::new(opening))],
        };
        let value = |(dimension, text): (Dimension, &str)| DimensionValue {
            dimension,
            code: DimensionCode::parse(text).expect("code"),
            name: format!("示例{text}"),
            parent: None,
            remark: "示例".into(),
        };
        let values = [
            (Dimension::Community, "c1"),
            (Dimension::Contract, "HT-1"),
            (Dimension::Counterparty, "z1"),
            (Dimension::IncomeType, "02"),
            (Dimension::Resolution, "R1"),
            (Dimension::Resolution, "R2"),
        ];
        scribe.take(declaration(Declared::AccountsAdded { accounts: ChartStandard::SmallEnterprise2013.accounts() }));
        scribe.take(declaration(Declared::DimensionValuesAdded { values: values.map(value).to_vec() }));
        scribe.take(declaration(Declared::YearOpened { year: 2025 }));
        scribe
    }

    fn take(&mut self, event: Event) {
        self.state.apply(&event);
        self.state.latest.seq += 1;
        self.events.push(event);
    }

    /// Records a fact with its vouchers, as the writer does.
    fn record(&mut self, word: &str, record: Value) {
        let fact = Fact::read(word, record.to_string().as_bytes()).expect("a fact");
        let produced = fact.produce(&self.state.registers, &self.state.book).expect("produced");
        self.take(declaration(Declared::Fact(Box::new(fact))));
        for one in produced {
            let draft = one.into_draft(&signed(), "fact:示例", 1);
            let voucher = posting::accept(&self.state.book, &draft, "示例", None).expect("accepted");
            self.take(Event::voucher(voucher));
        }
    }

    /// Posts the voucher of [`draft`].
    fn earn(&mut self, number: u64) {
        let voucher = posting::accept(&self.state.book, &draft(number), "示例", None).expect("accepted");
        self.take(Event::voucher(voucher));
    }

    /// Takes the newest voucher back, with or without telling the registers.
    fn reverse(&mut self, told: bool) {
        let index = self.events.len() - 1;
        let Event::Voucher(original) = self.events[index].clone() else { panic!("a voucher") };
        let place = Place { seq: index as u64 + 1, leaf: *seal(&self.events)[index].leaf.as_bytes() };
        let source = Source { key: "r".into(), ..Source::default() };
        let draft = reversal::draft(&original, place, Date::constant(2025, 1, 31), signed(), source);
        let voucher: Voucher = posting::accept(&self.state.book, &draft, "示例", Some(&original)).expect("accepted");
        if told {
            let reference = original.source.reference.clone();
            self.take(declaration(Declared::Fact(Box::new(Fact::Withdrawn(Withdrawal { reference })))));
        }
        self.take(Event::voucher(voucher));
    }
}

/// Roles, a contract, and one month of it accrued.
fn accrued() -> Scribe {
    let mut scribe = Scribe::new();
    let roles = [("bank", "1002"), ("rent_receivable", "1221"), ("lease_income", "5051"), ("vat", "2221")];
    scribe.record("roles_assigned", json!({ "roles": roles.map(|(role, account)| json!({ "account": account, "role": role })) }));
    scribe.record(
        "contract_signed",
        json!({
            "advance": "no", "code": "HT-1", "community": "c1", "counterparty": "z1", "deposit": "0.00", "end": "2025-12-31",
            "escalation_basis_points": "0", "floor": "0.00", "frequency": "monthly", "income_type": "02", "kind": "lease",
            "late_fee_basis_points": "5", "rent": "1050.00", "rent_free_days": "0", "resolution": "示例决议1号",
            "signed": "2025-01-01", "start": "2025-01-01",
        }),
    );
    scribe.record("contracts_accrued", json!({ "contracts": ["HT-1"], "period": "2025-01" }));
    scribe
}

fn judge(what: &str, events: Vec<Event>, codes: &[&str]) {
    let entries = seal(&events);
    let fixture = Fixture { folder: tempfile::tempdir().expect("folder"), events, entries };
    fixture.write();
    let report = fixture.expect(what, if codes.is_empty() { 0 } else { 6 }, &[]);
    let found = report["books"][0]["findings"].as_array().expect("findings");
    let found: Vec<&str> = found.iter().filter_map(|finding| finding["code"].as_str()).collect();
    assert_eq!(found, codes, "{what}: {report:#}");
}

#[test]
fn vouchers_stand_behind_their_facts_and_only_there() {
    judge("as the writer writes it", accrued().events, &[]);

    let mut scribe = accrued();
    scribe.reverse(true);
    judge("taken back with its fact", scribe.events, &[]);

    let mut scribe = accrued();
    scribe.reverse(false);
    judge("taken back behind the register's back", scribe.events, &["voucher_not_produced", "register_untied"]);

    let mut scribe = accrued();
    scribe.events.pop();
    judge("a fact whose voucher is missing", scribe.events, &["fact_without_voucher", "register_untied"]);

    let mut scribe = accrued();
    let last = scribe.events.len() - 1;
    rewrite_voucher(&mut scribe.events, last, |voucher| {
        voucher.lines.iter_mut().filter(|line| line.account.as_str() != "2221").for_each(|line| {
            line.amount = line.amount.checked_add(Amount::from_fen(100)).expect("small");
        });
    });
    judge("a hundred fen more than the contract says", scribe.events, &["voucher_not_produced", "register_untied"]);

    let mut scribe = accrued();
    let Some(Event::Voucher(first)) = scribe.events.last().cloned() else { panic!("a voucher") };
    let mut twice = *first;
    twice.number.serial += 1;
    scribe.take(Event::voucher(twice));
    judge("a second voucher that claims the same fact", scribe.events, &["voucher_not_produced", "register_untied"]);
}

/// A company of one holder that earned 1.00 in January and 8.00 in February.
fn company() -> Scribe {
    let mut scribe = Scribe::new();
    let roles = [
        ("statutory_reserve", "3101"),
        ("statutory_reserve_taken", "3104"),
        ("optional_reserve", "3101"),
        ("optional_reserve_taken", "3104"),
        ("dividend_taken", "3104"),
        ("dividend_payable", "2232"),
    ];
    scribe.record("roles_assigned", json!({ "roles": roles.map(|(role, account)| json!({ "account": account, "role": role })) }));
    scribe.record(
        "share_changed",
        json!({ "date": "2025-01-01", "document": "示例章程", "due": "2029-12-31", "form": "cash", "holder": "c1",
            "paid_in": "100.00", "subscribed": "600.00" }),
    );
    scribe.earn(0);
    scribe.earn(100);
    scribe
}

fn resolution(code: &str, net_profit: &str, before: &str, reserve: &str, capital: &str) -> Value {
    json!({ "agreed": [], "code": code, "date": "2025-12-31", "dividend": "5.00", "net_profit": net_profit,
        "number": "示例决议1号", "optional_reserve": "0.00", "registered_capital": capital,
        "statutory_reserve_before": reserve, "undistributed_before": before })
}

#[test]
fn a_distribution_stands_on_the_figures_of_the_books() {
    const DIFFER: &[&str] = &["dividend_figures_differ"];
    for (what, figures, codes) in [
        ("as the books say", ["9.00", "0.00", "0.00", "600.00"], &[][..]),
        ("more profit than was posted", ["19.00", "0.00", "0.00", "600.00"], DIFFER),
        ("a profit of earlier years that is none", ["9.00", "10.00", "0.00", "600.00"], DIFFER),
        ("a reserve that was never taken", ["9.00", "0.00", "300.00", "600.00"], DIFFER),
        ("less capital than was subscribed", ["9.00", "0.00", "0.00", "1.00"], DIFFER),
    ] {
        let mut scribe = company();
        let [net_profit, before, reserve, capital] = figures;
        scribe.record("dividend_resolved", resolution("R1", net_profit, before, reserve, capital));
        judge(what, scribe.events, codes);
    }

    let mut scribe = company();
    scribe.record("dividend_resolved", resolution("R1", "9.00", "0.00", "0.00", "600.00"));
    scribe.earn(10);
    let after = scribe.events.clone();
    judge("what is posted later is nothing to it", after.clone(), &[]);
    let mut events = after;
    let earned = events.iter().position(|event| matches!(event, Event::Voucher(_))).expect("a voucher");
    rewrite_voucher(&mut events, earned, |voucher| {
        voucher.lines.iter_mut().for_each(|line| line.amount = Amount::from_fen(200));
    });
    judge("a voucher before it rewritten, and everything sealed anew", events, DIFFER);

    let mut scribe = company();
    scribe.record("dividend_resolved", resolution("R1", "9.00", "0.00", "0.00", "600.00"));
    scribe.record("dividend_resolved", resolution("R2", "9.00", "0.00", "0.00", "600.00"));
    judge("the same profit distributed twice", scribe.events, DIFFER);
}
