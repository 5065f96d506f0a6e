//! The steps, for one book, in the order of `docs/journal-format.md` §8. Every step runs on what it can still trust: after
//! a broken chain or an unreadable body the tree is still compared, but rules and figures are not believed any more.

use crate::chain::tile::{encode_tile, partial_tiles};
use crate::chain::tree::{Edge, FullTile};
use crate::chain::{Checkpoint, Digest, VerifierKey};
use crate::journal::entry::{self, EntryFault, Latest};
use crate::journal::event::Event;
use crate::journal::trial::follow;
use crate::journal::{Consequences, Original, State};
use crate::ledger::balance::Balances;
use crate::ledger::statement::{GroupBy, IncomeTable, Range, RegisterNames, TrialBalance, income_of};
use crate::verify::pipeline::{self, Chunk, Read};
use crate::verify::reader::{BookFolder, BundleError};
use crate::verify::report::{BookReport, Finding};
use crate::verify::trust::Trust;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use uuid::Uuid;

/// Verifies one book's folder.
pub fn verify(path: &Path, trust: &Trust) -> BookReport {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut report = BookReport { book: name, ..BookReport::default() };
    report.not_checked("登记簿、见证人、时间戳", "本版审计包不含登记簿；外部检查点见下");
    let Some((checkpoint, key)) = open_checkpoint(path, trust, &mut report) else {
        report.close("签名与公钥", 2, "检查点须由审计人员给出的公钥签名");
        return report;
    };
    let folder = BookFolder { path: path.to_owned(), size: checkpoint.size };
    (report.size, report.root) = (checkpoint.size, checkpoint.root.to_string());
    report.origin.clone_from(&checkpoint.origin);
    let Some(book) = first_book_id(&folder, &mut report) else { return report };
    let mut judge = Judge::new(&folder, book, &checkpoint, trust, &mut report);
    pipeline::run(&folder, &book, |chunk| judge.chunk(chunk));
    judge.finish(&checkpoint, &key, trust);
    report
}

/// The checkpoint that covers the package, by the key that bears its name.
fn open_checkpoint(path: &Path, trust: &Trust, report: &mut BookReport) -> Option<(Checkpoint, VerifierKey)> {
    let Ok(note) = std::fs::read_to_string(path.join("checkpoint")) else {
        report.find(Finding::new(9, "checkpoint_missing", "没有检查点文件，审计包不完整。"));
        return None;
    };
    let opened = trust
        .keys
        .iter()
        .find_map(|key| Checkpoint::open(&note, key, key.name()).ok().map(|checkpoint| (checkpoint, key.clone())));
    let Some((checkpoint, key)) = opened else {
        report.find(Finding::new(2, "checkpoint_not_signed", "检查点不是用给出的公钥签的，或已被改动。"));
        return None;
    };
    if !checkpoint.origin.ends_with(&format!("/{}", report.book)) {
        report.find(Finding::new(2, "checkpoint_of_another_book", format!("检查点属于 {}，不属于本账套。", checkpoint.origin)));
        return None;
    }
    if checkpoint.size == 0 {
        report.find(Finding::new(9, "book_empty", "检查点的条目数为 0，什么都没有核验。"));
        return None;
    }
    Some((checkpoint, key))
}

/// The book id that every head and body must carry: that of the first head.
fn first_book_id(folder: &BookFolder, report: &mut BookReport) -> Option<Uuid> {
    let bundle = match folder.bundle(0) {
        Ok(bundle) => bundle,
        Err(error) => {
            report.find(bundle_finding(&error, 1));
            return None;
        }
    };
    let id = bundle.heads().ok().and_then(|heads| heads.first().and_then(|head| head.get(16..32).map(<[u8]>::to_vec)));
    let id = id.and_then(|bytes| Uuid::from_slice(&bytes).ok());
    if id.is_none() {
        report.find(Finding::new(3, "entries_malformed", "第一个条目包无法读取。").at(1));
    }
    id
}

fn bundle_finding(error: &BundleError, seq: u64) -> Finding {
    match error {
        BundleError::Missing(path) => Finding::new(9, "file_missing", format!("缺少文件 {path}，审计包不完整。")).at(seq),
        BundleError::Heads(why) => {
            Finding::new(3, "entries_malformed", format!("第 {seq} 条起的条目包无法读取：{why}。")).at(seq)
        }
        BundleError::Bodies(why) => {
            Finding::new(5, "bodies_malformed", format!("第 {seq} 条起的内容包无法读取：{why}。")).at(seq)
        }
    }
}

/// Judges entries in order.
struct Judge<'a> {
    folder: &'a BookFolder,
    report: &'a mut BookReport,
    book: Uuid,
    edge: Edge,
    latest: Latest,
    state: Option<State>,
    consequences: Consequences,
    balances: Balances,
    /// Rules and figures are believed only while everything before could be read and followed.
    believed: bool,
    complete: bool,
    /// Roots at the sizes of earlier checkpoints, and leaves that receipts name.
    roots: BTreeMap<u64, Option<Digest>>,
    leaves: BTreeMap<u64, Option<Digest>>,
    attachments: BTreeSet<[u8; 32]>,
}

impl<'a> Judge<'a> {
    fn new(folder: &'a BookFolder, book: Uuid, checkpoint: &Checkpoint, trust: &Trust, report: &'a mut BookReport) -> Judge<'a> {
        let mine = trust
            .checkpoints
            .iter()
            .filter(|known| known.checkpoint.origin == checkpoint.origin)
            .map(|known| known.checkpoint.size);
        let roots = mine.chain(packaged_sizes(folder)).map(|size| (size, None)).collect();
        let receipts = trust.receipts.iter().filter(|receipt| receipt.book == report.book || receipt.book == checkpoint.origin);
        let leaves = receipts.map(|receipt| (receipt.seq, None)).collect();
        Judge {
            folder,
            report,
            book,
            edge: Edge::new(),
            latest: Latest::NONE,
            state: None,
            consequences: Consequences::default(),
            balances: Balances::default(),
            believed: true,
            complete: true,
            roots,
            leaves,
            attachments: BTreeSet::new(),
        }
    }

    /// Takes one chunk; `false` when nothing after it can be read.
    fn chunk(&mut self, chunk: &Chunk) -> bool {
        self.report.bytes = self.report.bytes.saturating_add(chunk.bytes);
        let entries = match &chunk.entries {
            Ok(entries) => entries,
            Err(error) => {
                self.report.find(bundle_finding(error, chunk.first_seq));
                (self.believed, self.complete) = (false, false);
                return false;
            }
        };
        for (seq, read) in (chunk.first_seq..).zip(entries) {
            self.report.entries = self.report.entries.saturating_add(1);
            for tile in self.edge.push(read.leaf) {
                self.compare_tile(&tile);
            }
            if let Some(root) = self.roots.get_mut(&seq) {
                *root = Some(self.edge.root());
            }
            if let Some(leaf) = self.leaves.get_mut(&seq) {
                *leaf = Some(read.leaf);
            }
            if self.believed {
                self.entry(seq, read);
            }
        }
        true
    }

    fn entry(&mut self, seq: u64, read: &Read) {
        let (head, event) = match &read.entry {
            Ok(entry) => entry,
            Err(fault) => {
                // Flags, magic and kind are the chain's own bytes; the rest is the body's.
                let step = if matches!(fault, EntryFault::Head(_) | EntryFault::Anchor) { 4 } else { 5 };
                self.report.find(Finding::new(step, "entry_unreadable", format!("第 {seq} 条条目无法读取：{fault}。")).at(seq));
                self.believed = false;
                return;
            }
        };
        if let Err(fault) = entry::follow(&self.book, &mut self.latest, head, read.leaf) {
            let mut finding = Finding::new(4, "chain_broken", format!("第 {seq} 条条目与前一条不相接：{fault}。")).at(seq);
            finding.voucher = voucher_name(event);
            self.report.find(finding);
            self.believed = false;
            return;
        }
        if self.state.is_none() {
            self.state = match event {
                Event::Declaration(declaration) => State::before_first(self.book, declaration).ok(),
                Event::Voucher(_) => None,
            };
        }
        let original = self.original(seq, event);
        let Some(state) = &mut self.state else {
            self.report.find(Finding::new(6, "book_not_opened", "第一条条目不是账套启用记录。").at(seq));
            self.believed = false;
            return;
        };
        // Whatever a broken rule let through must not stop the verification: sums are taken only while they fit.
        let fits = !matches!(event, Event::Voucher(voucher) if state.book.turnover_with(voucher).is_none());
        let (reasons, sets) = follow(state, &mut self.consequences, &self.balances, event, original.as_ref());
        for reason in reasons {
            let mut finding =
                Finding::new(6, reason.rule.code(), format!("第 {seq} 条条目违反规则：{}", reason.message())).at(seq);
            finding.voucher = voucher_name(event);
            self.report.find(finding);
        }
        state.latest = self.latest;
        if let Event::Voucher(voucher) = event {
            self.report.vouchers = self.report.vouchers.saturating_add(1);
            if fits {
                self.balances.add_voucher(voucher, &sets.numbers);
            }
            self.attachments.extend(voucher.attachments.iter().map(|attachment| attachment.sha256));
        }
    }

    /// The voucher that a reversal names, read again from the package.
    fn original(&self, seq: u64, event: &Event) -> Option<Original> {
        let Event::Voucher(voucher) = event else { return None };
        let named = voucher.reverses.as_ref().filter(|reversed| reversed.seq < seq)?;
        let index = named.seq.checked_sub(1)?;
        let bundle = self.folder.bundle(index / 256).ok()?;
        let entries = bundle.entries().ok()?;
        let (head, body) = entries.get(usize::try_from(index % 256).ok()?)?;
        match entry::open(&self.book, head, body).ok()?.1 {
            Event::Voucher(voucher) => Some(Original { voucher: *voucher, leaf: crate::chain::leaf_hash(head) }),
            Event::Declaration(_) => None,
        }
    }

    fn compare_tile(&mut self, tile: &FullTile) {
        self.compare_hashes(tile.id.path(256), &tile.hashes);
    }

    fn compare_hashes(&mut self, path: Option<String>, hashes: &[Digest]) {
        let path = path.unwrap_or_default();
        let expected = encode_tile(hashes).unwrap_or_default();
        match self.folder.read(&path) {
            Ok(found) if found == expected => {}
            Ok(_) => self.report.find(Finding::new(3, "tile_differs", format!("哈希瓦片 {path} 与条目重算结果不符。"))),
            Err(_) => self.report.find(Finding::new(9, "file_missing", format!("缺少文件 {path}，审计包不完整。"))),
        }
    }

    fn finish(mut self, checkpoint: &Checkpoint, key: &VerifierKey, trust: &Trust) {
        let state_key = self.state.as_ref().map(|state| state.verifier_key.clone());
        if self.state.as_ref().is_some_and(|state| state.book.profile.code != self.report.book) {
            self.report.find(Finding::new(2, "book_code_differs", "账套启用时登记的编码与文件夹、检查点的名称不同。"));
        }
        if state_key.is_some_and(|stated| stated != key.to_string()) {
            self.report.find(Finding::new(2, "key_differs", "账套启用时登记的公钥与给出的公钥不同。"));
        }
        self.finish_tree(checkpoint);
        self.finish_outside(checkpoint, key, trust);
        self.report.close("签名与公钥", 2, format!("检查点由 {} 签名，共 {} 条", key.name(), checkpoint.size));
        self.report.close("默克尔树", 3, "叶、瓦片、根，各检查点与回执");
        self.report.close("链", 4, "序号、前后相接、账套、时间");
        self.report.close("内容", 5, "哈希、长度、规范格式");
        self.check_attachments();
        if let Some(rule) = self.state.as_ref().filter(|_| self.believed).and_then(|state| state.book.half_open()) {
            self.report.find(Finding::new(6, rule.code(), rule.message()));
        }
        if let Some(rule) = self.consequences.missing().filter(|_| self.believed) {
            self.report.find(Finding::new(6, rule.code(), format!("到最后一条为止：{}", rule.message())));
        }
        if self.believed {
            self.report.close(
                "规则",
                6,
                format!(
                    "借贷平衡、科目、期间、凭证号、冲销，业务事实与所生成的凭证、分配与账面等，凭证 {} 张",
                    self.report.vouchers
                ),
            );
            self.compare_reports();
            self.compare_registers();
            self.report.close("数字", 7, "科目余额表与各社区收入表重算后逐格比较，台账与事实生成的凭证相符");
            self.name_what_is_beside();
        } else {
            self.report.not_checked("规则", "前面的步骤没有通过，不再往下核验");
            self.report.not_checked("数字", "前面的步骤没有通过，不再往下核验");
        }
        if let Some(path) = self.folder.tail() {
            self.report.find(Finding::new(8, "unsealed_tail", format!("审计包里有检查点之外的条目：{path}。这部分没有签名。")));
        }
        self.report.close("完整", 9, "所需文件齐全");
    }

    fn finish_tree(&mut self, checkpoint: &Checkpoint) {
        if !self.complete {
            return;
        }
        if self.edge.root() != checkpoint.root || self.edge.size() != checkpoint.size {
            self.report.find(Finding::new(3, "root_differs", "条目重算的根与检查点不符：条目被改动、增删或调换。"));
        }
        for (id, width) in partial_tiles(checkpoint.size) {
            let hashes = self.edge.tile(id).map(<[Digest]>::to_vec).unwrap_or_default();
            self.compare_hashes(id.path(width), &hashes);
        }
    }

    /// Earlier checkpoints, in the package and in the auditor's hands, and his receipts.
    fn finish_outside(&mut self, checkpoint: &Checkpoint, key: &VerifierKey, trust: &Trust) {
        for size in packaged_sizes(self.folder) {
            let note = std::fs::read_to_string(self.folder.path.join(format!("checkpoints/{size}"))).unwrap_or_default();
            match Checkpoint::open(&note, key, key.name()) {
                Err(_) => self.report.find(Finding::new(
                    2,
                    "checkpoint_not_signed",
                    format!("审计包中第 {size} 条处的检查点签名无效。"),
                )),
                Ok(earlier) => self.compare_root(&earlier, size, "审计包中"),
            }
        }
        let mine: Vec<_> = trust.checkpoints.iter().filter(|known| known.checkpoint.origin == checkpoint.origin).collect();
        for known in &mine {
            self.compare_root(&known.checkpoint, known.checkpoint.size, &known.file);
        }
        let receipts: Vec<_> = trust
            .receipts
            .iter()
            .filter(|receipt| receipt.book == self.report.book || receipt.book == checkpoint.origin)
            .collect();
        for receipt in &receipts {
            let leaf = self.leaves.get(&receipt.seq).copied().flatten();
            if leaf.is_some() || self.complete || receipt.seq > self.folder.size {
                receipt.check(leaf, key, self.report);
            }
        }
        if mine.is_empty() && receipts.is_empty() {
            self.report.not_checked("外部检查点", "没有给出以前取得的检查点或回执：若改写者握有密钥，整段改写看不出来");
        } else {
            self.report.close("外部检查点", 3, format!("检查点 {} 个、回执 {} 张", mine.len(), receipts.len()));
        }
    }

    fn compare_root(&mut self, earlier: &Checkpoint, size: u64, place: &str) {
        let found = self.roots.get(&earlier.size).copied().flatten();
        if found.is_none() && !self.complete && earlier.size <= self.folder.size {
            // A file is missing, which is reported as such: nothing was seen to differ.
            return;
        }
        if earlier.size != size || found != Some(earlier.root) {
            let why = if earlier.size > self.folder.size {
                "审计包比它短，尾部被截断"
            } else {
                "那以前的条目已被改写"
            };
            self.report.find(Finding::new(
                3,
                "history_differs",
                format!("{place}第 {} 条处的检查点与审计包不符：{why}。", earlier.size),
            ));
        }
    }

    fn compare_reports(&mut self) {
        let Some(state) = &self.state else { return };
        let first = state.book.profile.first_period;
        let range = Range { from: first, to: state.book.periods().last().map_or(first, |(period, _)| period) };
        let sums = self.balances.iter().filter_map(|(key, sum)| Some((key.account, range.stage(key.period, key.purpose)?, *sum)));
        let trial_balance = serde_json::to_value(TrialBalance::compute(&state.book.chart, range, sums));
        let cells: Vec<_> = self
            .balances
            .iter()
            .filter(|(key, _)| !state.registers.follows_apart(&key.account))
            .filter_map(|(key, sum)| {
                income_of(&state.book.chart, key, state.sets.get(key.dimension_set)?, *sum, GroupBy::Nothing)
            })
            .collect();
        let books = vec![(&*state.book.chart, &*state.book.dimensions)];
        let income =
            IncomeTable::compute(range, &cells, &RegisterNames { books, group_by: GroupBy::Nothing }).map(serde_json::to_value);
        for (name, computed) in [("trial-balance", Some(trial_balance)), ("income-by-community", income)] {
            let path = format!("reports/{name}.json");
            let found: Option<Value> = self.folder.read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            match (found, computed) {
                (None, _) => self.report.find(Finding::new(9, "file_missing", format!("缺少报表 {path}，或无法读取。"))),
                (Some(found), Some(Ok(computed))) if found == computed => {}
                (Some(found), computed) => {
                    let computed = computed.and_then(Result::ok).unwrap_or_default();
                    let place = first_difference(&found, &computed, String::new());
                    self.report.find(Finding::new(7, "report_differs", format!("报表 {path} 与条目重算结果不符，在 {place}。")));
                }
            }
        }
    }

    /// Registers and accounts are sums over the same facts by different ways.
    fn compare_registers(&mut self) {
        let Some(state) = &self.state else { return };
        for rule in self.consequences.untied(&state.registers) {
            self.report.find(Finding::new(7, rule.code(), rule.message()));
        }
    }

    /// Hand-made vouchers on accounts that registers explain: there is nothing to hold them against, and the auditor should know.
    fn name_what_is_beside(&mut self) {
        let Some(state) = &self.state else { return };
        for sentence in self.consequences.beside(&state.registers, &self.balances) {
            self.report.not_checked("台账之外", sentence);
        }
    }

    fn check_attachments(&mut self) {
        let (mut present, mut absent) = (0_usize, 0_usize);
        for sha256 in &self.attachments {
            let digest = Digest::from_bytes(*sha256);
            match self.folder.read(&format!("attachments/{digest}")) {
                Ok(bytes) if Digest::of(&bytes) == digest => present += 1,
                Ok(_) => self.report.find(Finding::new(7, "attachment_differs", format!("附件 {digest} 已被改动。"))),
                Err(_) => absent += 1,
            }
        }
        if absent > 0 {
            self.report.not_checked("附件", format!("凭证所列附件有 {absent} 个不在审计包里；已核对 {present} 个"));
        }
    }
}

/// Sizes of the earlier checkpoints that the package holds.
fn packaged_sizes(folder: &BookFolder) -> Vec<u64> {
    let Ok(files) = std::fs::read_dir(folder.path.join("checkpoints")) else { return Vec::new() };
    let size = |file: std::io::Result<std::fs::DirEntry>| file.ok()?.file_name().to_str()?.parse().ok();
    let mut sizes: Vec<u64> = files.filter_map(size).collect();
    sizes.sort_unstable();
    sizes
}

fn voucher_name(event: &Event) -> Option<String> {
    match event {
        Event::Voucher(voucher) => Some(format!("{} {}", voucher.period, voucher.number)),
        Event::Declaration(_) => None,
    }
}

/// Where two reports part, as a JSON pointer.
fn first_difference(found: &Value, computed: &Value, place: String) -> String {
    match (found, computed) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            let differing = a.iter().find(|(key, value)| b.get(*key) != Some(value));
            differing.map_or(place.clone(), |(key, value)| {
                first_difference(value, b.get(key).unwrap_or(&Value::Null), format!("{place}/{key}"))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let differing = a.iter().zip(b).position(|(a, b)| a != b);
            differing.map_or(place.clone(), |index| first_difference(&a[index], &b[index], format!("{place}/{index}")))
        }
        _ => format!("{place}（包中 {found}，应为 {computed}）"),
    }
}
