//! 自检: replays the journal from its first entry and compares every column of every projection, the tree and
//! the checkpoints with what the tables hold. The books judge themselves here; an outsider uses the verifier.

use crate::bookkeeper::Bookkeeper;
use crate::bookkeeper::seal::SealError;
use crate::bookkeeper::view::View;
use crate::chain::tile::{TILE_WIDTH, decode_tile};
use crate::chain::tree::Edge;
use crate::chain::{Checkpoint, Digest, VerifierKey, leaf_hash};
use crate::journal::trial::follow;
use crate::journal::{Consequences, Event, Latest, Original, Projection, State, entry};
use crate::store::StoreError;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Findings listed per book; the rest would only follow from them.
const FINDINGS_MAX: usize = 20;
/// Entries read at a time.
const PAGE: u64 = 1_000;

/// Where the books contradict themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// As the verifier's exit codes: 2 signature or key, 3 tree, 4 chain, 5 body, 6 rule, 7 figures.
    pub step: u8,
    pub table: &'static str,
    /// The entry it was found at, where there is one.
    pub seq: Option<u64>,
    pub message: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BookCheck {
    pub book: String,
    pub entries: u64,
    pub vouchers: u64,
    pub root: String,
    pub findings: Vec<Finding>,
    /// What stands on accounts that registers explain and came from no fact: no fault, and nothing to hold it against.
    pub remarks: Vec<String>,
    /// Steps of all findings, listed or not.
    #[serde(skip)]
    pub steps: BTreeSet<u8>,
}

/// What a replay of one book's journal gives.
struct Replay {
    state: State,
    consequences: Consequences,
    edge: Edge,
    projection: Projection,
    /// Size -> root, for the sizes at which checkpoints were signed.
    roots: BTreeMap<u64, Digest>,
    tiles: Vec<crate::chain::tree::FullTile>,
    vouchers: u64,
}

impl BookCheck {
    fn find(&mut self, step: u8, table: &'static str, seq: Option<u64>, message: impl Into<String>) {
        self.steps.insert(step);
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { step, table, seq, message: message.into() });
        }
    }
}

impl Bookkeeper {
    /// Checks every book.
    pub async fn check(&self) -> Result<Vec<BookCheck>, StoreError> {
        let mut checks = Vec::new();
        for view in self.books() {
            checks.push(self.check_book(&view).await?);
        }
        let known: Vec<i64> = self.books().iter().map(|view| view.number).collect();
        for number in self.store.audit_books().await? {
            if !known.contains(&number) {
                let mut check = BookCheck { book: format!("#{number}"), ..BookCheck::default() };
                check.find(4, "book", None, format!("表中有账套 {number} 的数据，但账套目录中没有它"));
                checks.push(check);
            }
        }
        Ok(checks)
    }

    /// Checks one book as of `view`.
    pub async fn check_book(&self, view: &View) -> Result<BookCheck, StoreError> {
        let mut check = BookCheck { book: view.profile.code.clone(), entries: view.latest.seq, ..BookCheck::default() };
        for problem in self.store.integrity().await? {
            check.find(4, "database", None, format!("数据库文件内部不一致：{problem}"));
        }
        let kept = self.store.checkpoints(view.number).await?;
        let signed = match self.keys.signed(&view.profile.code) {
            Ok(signed) => signed,
            Err(error) => {
                check.find(2, "signed", None, format!("已签检查点的清单无法读取：{error}"));
                Vec::new()
            }
        };
        let sizes = kept.iter().map(|(size, _)| *size).chain(signed.iter().map(|(size, _)| *size)).collect();
        let Some(mut replay) = self.replay(view, sizes, &mut check).await? else { return Ok(check) };
        if let Some(rule) = replay.state.book.half_open() {
            check.find(6, "entry", Some(view.latest.seq), rule.message());
        }
        replay.projection.close_request();
        check.root = replay.edge.root().to_string();
        check.vouchers = replay.vouchers;
        self.check_head(view, &replay, &mut check).await?;
        self.check_checkpoints(view, &kept, &replay, &mut check);
        check_signed(&signed, &kept, &replay, &mut check);
        self.check_last_signed(view, &mut check).await?;
        self.check_tiles(view, &replay, &mut check).await?;
        self.check_projections(view, &mut replay, &mut check).await?;
        Ok(check)
    }

    /// Reads every entry by the verifier's rules; stops at the first that cannot be followed.
    async fn replay(&self, view: &View, sizes: BTreeSet<u64>, check: &mut BookCheck) -> Result<Option<Replay>, StoreError> {
        let mut replay: Option<Replay> = None;
        let mut latest = Latest::NONE;
        let mut first = 1;
        while first <= view.latest.seq {
            let page = self.store.entries(view.number, first, PAGE).await?;
            let kinds = self.store.audit_kinds(view.number, first, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for (stored, kind) in page.iter().zip(kinds) {
                let seq = stored.seq;
                let (head, event) = match entry::open(&view.id, &stored.head, &stored.body) {
                    Ok(read) => read,
                    Err(error) => {
                        check.find(5, "entry", Some(seq), format!("第 {seq} 条条目无法读取：{error}"));
                        return Ok(None);
                    }
                };
                let leaf = leaf_hash(&stored.head);
                if let Err(error) = entry::follow(&view.id, &mut latest, &head, leaf) {
                    check.find(4, "entry", Some(seq), format!("第 {seq} 条条目与前一条不相接：{error}"));
                    return Ok(None);
                }
                if i64::from(head.kind.number()) != kind || head.seq != seq {
                    check.find(4, "entry", Some(seq), format!("第 {seq} 条条目的 kind 或 seq 列与条目头不符"));
                }
                if replay.is_none() {
                    replay = first_state(view, &event, check);
                }
                let Some(replay) = &mut replay else { return Ok(None) };
                self.step(view, replay, seq, leaf, &event, check).await?;
                replay.state.latest = latest;
                if sizes.contains(&seq) {
                    replay.roots.insert(seq, replay.edge.root());
                }
            }
            first = first.saturating_add(PAGE);
        }
        Ok(replay)
    }

    async fn step(
        &self,
        view: &View,
        replay: &mut Replay,
        seq: u64,
        leaf: Digest,
        event: &Event,
        check: &mut BookCheck,
    ) -> Result<(), StoreError> {
        let original = match event {
            Event::Voucher(voucher) => match &voucher.reverses {
                Some(reversed) if reversed.seq < seq => self.readable_original(view, reversed.seq).await,
                _ => None,
            },
            Event::Declaration(_) => None,
        };
        let Replay { state, consequences, projection, .. } = replay;
        let (reasons, sets) = follow(state, consequences, &projection.balances, event, original.as_ref());
        for reason in reasons {
            check.find(6, "entry", Some(seq), format!("第 {seq} 条条目违反规则：{}", reason.message()));
        }
        replay.tiles.extend(replay.edge.push(leaf));
        if let Event::Voucher(voucher) = event {
            replay.vouchers = replay.vouchers.saturating_add(1);
            replay.projection.add(seq, voucher, sets);
        }
        Ok(())
    }

    async fn readable_original(&self, view: &View, seq: u64) -> Option<Original> {
        self.original(view, seq).await.ok().flatten()
    }

    async fn check_head(&self, view: &View, replay: &Replay, check: &mut BookCheck) -> Result<(), StoreError> {
        let latest = replay.state.latest;
        if latest != view.latest || self.store.audit_head_leaf(view.number).await? != Some(latest.leaf) {
            check.find(4, "book", None, "账套的链头与条目表的最后一条不符");
        }
        if replay.state.book.turnover() != view.book.turnover() || replay.state.book.has_posted() != view.book.has_posted() {
            check.find(7, "book", None, "账套的累计发生额与条目重算结果不符");
        }
        if let Some(rule) = replay.consequences.missing() {
            check.find(6, "entry", None, rule.message());
        }
        for rule in replay.consequences.untied(&replay.state.registers) {
            check.find(7, "registers", None, rule.message());
        }
        check.remarks = replay.consequences.beside(&replay.state.registers, &replay.projection.balances);
        if replay.state.registers != view.registers {
            check.find(7, "registers", None, "业务台账与事实重放结果不符");
        }
        if u64::try_from(self.store.audit_last_seq(view.number).await?) != Ok(latest.seq) {
            check.find(4, "entry", None, "条目表中有链头之外的条目");
        }
        Ok(())
    }

    fn check_checkpoints(&self, view: &View, kept: &[(u64, String)], replay: &Replay, check: &mut BookCheck) {
        let Ok(key) = VerifierKey::parse(&replay.state.verifier_key) else {
            return check.find(2, "book", None, "账套启用时登记的公钥无法读取");
        };
        for (size, note) in kept {
            match Checkpoint::open(note, &key, key.name()) {
                Err(error) => check.find(2, "checkpoint", Some(*size), format!("第 {size} 条处的检查点签名无效：{error}")),
                Ok(checkpoint) if checkpoint.size != *size || replay.roots.get(size) != Some(&checkpoint.root) => {
                    check.find(3, "checkpoint", Some(*size), format!("第 {size} 条处的检查点与条目重算的根不符"));
                }
                Ok(_) => {}
            }
        }
        if replay.edge.root() != view.root {
            check.find(3, "tile", None, "默克尔树的根与条目重算的根不符");
        }
    }

    /// The newest signature lies outside the database: a database that is behind it was restored or cut off.
    async fn check_last_signed(&self, view: &View, check: &mut BookCheck) -> Result<(), StoreError> {
        match self.check_extends(view).await {
            Ok(()) | Err(SealError::Stale | SealError::NoSuchBook | SealError::NoSuchEntry) => {}
            Err(SealError::Store(error)) => return Err(error),
            Err(SealError::Key(error)) => {
                check.find(3, "last-signed", None, format!("账套与数据库之外最后签名的检查点不符：{error}"))
            }
        }
        Ok(())
    }

    async fn check_tiles(&self, view: &View, replay: &Replay, check: &mut BookCheck) -> Result<(), StoreError> {
        let mut expected: BTreeMap<_, _> = replay.tiles.iter().map(|tile| (tile.id, &tile.hashes)).collect();
        for (id, bytes) in self.store.audit_tiles(view.number).await? {
            let hashes = id.and_then(|id| expected.remove(&id));
            if hashes != decode_tile(&bytes, TILE_WIDTH).ok().as_ref() || hashes.is_none() {
                check.find(3, "tile", None, format!("哈希瓦片 {id:?} 与条目重算结果不符"));
            }
        }
        if let Some(id) = expected.keys().next() {
            check.find(3, "tile", None, format!("缺少哈希瓦片 {}/{}", id.level, id.index));
        }
        Ok(())
    }
}

/// Every checkpoint that was signed must be the tree's own, and must still be kept.
fn check_signed(signed: &[(u64, Digest)], kept: &[(u64, String)], replay: &Replay, check: &mut BookCheck) {
    let kept: BTreeSet<u64> = kept.iter().map(|(size, _)| *size).collect();
    for (size, root) in signed.iter().filter(|(size, _)| *size <= replay.state.latest.seq) {
        if replay.roots.get(size) != Some(root) {
            check.find(3, "signed", Some(*size), format!("第 {size} 条处签过的检查点与条目重算的根不符"));
        } else if !kept.contains(size) {
            check.find(2, "checkpoint", Some(*size), format!("第 {size} 条处签过的检查点不在表中"));
        }
    }
}

fn first_state(view: &View, event: &Event, check: &mut BookCheck) -> Option<Replay> {
    let state = match event {
        Event::Declaration(declaration) => State::before_first(view.id, declaration).ok(),
        Event::Voucher(_) => None,
    };
    if state.is_none() {
        check.find(6, "entry", Some(1), "第 1 条条目不是账套启用记录");
    }
    state.map(|state| Replay {
        state,
        consequences: Consequences::default(),
        edge: Edge::new(),
        projection: Projection::default(),
        roots: BTreeMap::new(),
        tiles: Vec::new(),
        vouchers: 0,
    })
}

impl BookCheck {
    /// Compares rows that came back in key order with those a replay gives; names the first that differs.
    fn compare<T: PartialEq + std::fmt::Debug>(
        &mut self,
        table: &'static str,
        found: impl IntoIterator<Item = Option<T>>,
        mut expected: impl Iterator<Item = T>,
    ) {
        for row in found {
            match (row, expected.next()) {
                (Some(row), Some(wanted)) if row == wanted => {}
                (row, wanted) => {
                    return self.find(7, table, None, format!("{table} 表与条目重算结果不符：表中为 {row:?}，应为 {wanted:?}"));
                }
            }
        }
        if let Some(wanted) = expected.next() {
            self.find(7, table, None, format!("{table} 表缺少一行：{wanted:?}"));
        }
    }
}

impl Bookkeeper {
    async fn check_projections(&self, view: &View, replay: &mut Replay, check: &mut BookCheck) -> Result<(), StoreError> {
        let book = view.number;
        let projection = &mut replay.projection;
        let mut lines = std::mem::take(&mut projection.lines);
        // The tables' order: codes as numbers.
        lines.sort_by_key(|row| (row.account.ordinal(), row.period, row.seq, row.line));
        let mut found = Vec::with_capacity(lines.len());
        let mut after = Some((0, 0, 0, 0));
        while let Some(key) = after {
            let (page, last) = self.store.audit_lines(book, &key).await?;
            found.extend(page);
            after = last;
        }
        check.compare("line", found, lines.into_iter());

        let mut vouchers = std::mem::take(&mut projection.vouchers);
        vouchers.sort_by_cached_key(|row| (row.period, row.number.word.chinese(), row.number.serial));
        let mut found = Vec::with_capacity(vouchers.len());
        let mut after = Some((0, String::new(), 0));
        while let Some(key) = after {
            let (page, last) = self.store.audit_vouchers(book, &key).await?;
            found.extend(page);
            after = last;
        }
        check.compare("voucher", found, vouchers.into_iter());

        let mut balances: Vec<_> = projection.balances.sorted().into_iter().collect();
        balances.sort_by_key(|(key, _)| (key.period, key.account.ordinal(), key.purpose, key.dimension_set));
        check.compare("balance", self.store.audit_balances(book).await?, balances.into_iter());
        let mut reversals = std::mem::take(&mut projection.reversals);
        reversals.sort_unstable();
        check.compare("reversal", self.store.audit_reversals(book).await?, reversals.into_iter());
        check.compare("request", self.store.audit_requests(book).await?, std::mem::take(&mut projection.requests).into_iter());
        let sets = projection.sets.iter().flat_map(|(number, set)| {
            set.iter().map(move |(dimension, code)| (i64::from(*number), dimension.word().to_owned(), code.to_string()))
        });
        check.compare("dimension_set", self.store.audit_sets(book).await?.into_iter().map(Some), sets);
        let mut serials: Vec<_> = projection
            .serials
            .iter()
            .map(|((period, word), last)| (period.ordinal(), word.chinese().to_owned(), i64::from(*last)))
            .collect();
        serials.sort_unstable();
        check.compare("serial", self.store.audit_serials(book).await?.into_iter().map(Some), serials.into_iter());
        Ok(())
    }
}
