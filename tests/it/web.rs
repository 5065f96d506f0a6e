//! The pages from outside: every figure is the API's, every figure leads to its vouchers, and nothing on a page runs.

mod facts;
mod holdings;

use crate::support::{Program, Service, root};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

struct Fetched {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

/// Fetches a page and holds what must be true of every page.
async fn page(service: &Service, path: &str) -> Fetched {
    let response = reqwest::get(format!("{}{path}", service.url)).await.expect("answered");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let fetched = Fetched { status, headers, text: response.text().await.expect("text") };
    let header = |name: &str| fetched.headers.get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default();
    assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"), "{path}");
    assert_eq!((header("referrer-policy").as_str(), header("x-content-type-options").as_str()), ("no-referrer", "nosniff"));
    assert_eq!(header("content-type"), "text/html; charset=utf-8", "{path}");
    for foreign in ["<script", "http://", "https://", "src=\"//", "href=\"//", " style=", " onclick", "javascript:"] {
        assert!(!fetched.text.contains(foreign), "{path} has {foreign}");
    }
    for part in ["<html lang=\"zh-CN\">", "<main id=\"main\">", "<h1"] {
        assert!(fetched.text.contains(part), "{path} lacks {part}");
    }
    assert_eq!(fetched.text.matches("<table").count(), fetched.text.matches("<caption>").count(), "{path}");
    fetched
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// The addresses on a page that begin so.
fn links(text: &str, prefix: &str) -> Vec<String> {
    let found = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(unescaped);
    found.filter(|href| href.starts_with(prefix)).collect()
}

/// The section of a page with this id.
fn section<'a>(text: &'a str, id: &str) -> &'a str {
    let rest = text.split(&format!("<section id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("no section {id}"));
    rest.split("</section>").next().unwrap_or_default()
}

/// The cells of a section's table, tags removed: rows of the body, then those of the foot.
fn rows(section: &str) -> Vec<Vec<String>> {
    let (_, table) = section.split_once("<tbody>").expect("a table");
    let cells = |row: &str| {
        let row = row.replace("</th>", "</td>");
        let parts = row.split("</td>").map(|cell| {
            let pieces = cell.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
            pieces.collect::<String>().trim().to_owned()
        });
        let mut parts: Vec<String> = parts.collect();
        parts.pop();
        parts
    };
    table.split("</tr>").filter(|row| row.contains("<tr>")).map(cells).collect()
}

fn fen(text: &str) -> i64 {
    text.replace([',', '.'], "").parse().unwrap_or_else(|_| panic!("no amount: {text}"))
}

/// Follows 下一页 to the end: the sum of all lines, how many there were, and the link of one voucher.
async fn walk(service: &Service, first: &str) -> (i64, BTreeSet<Vec<String>>, Option<String>) {
    let kind = first.split('/').nth(1).map(|word| format!("/{word}/")).expect("a path");
    let (mut sum, mut seen, mut voucher) = (0, BTreeSet::new(), None);
    let mut place = first.to_owned();
    loop {
        let fetched = page(service, &place).await;
        assert_eq!(fetched.status, 200, "{place}");
        let lines = section(&fetched.text, "lines");
        let mut found = rows(lines);
        let foot = found.pop().expect("a foot");
        let page_sum: i64 = found.iter().map(|row| fen(&row[3])).sum();
        assert_eq!(page_sum, fen(&foot[1]), "the page's own sum");
        assert!(!found.is_empty(), "no page is empty: {place}");
        sum += page_sum;
        voucher = voucher.or_else(|| links(lines, "/books/").pop());
        for (row, href) in found.into_iter().zip(links(lines, "/books/")) {
            seen.insert([row, vec![href]].concat());
        }
        match links(lines, &kind).into_iter().find(|href| href.contains("after=")) {
            Some(next) => place = next.split('#').next().unwrap_or_default().to_owned(),
            None => return (sum, seen, voucher),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_county_on_a_page() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    program.json(&["demo", "--no-serve"]);
    let service = program.serve();
    let home = page(&service, "/").await.text;
    assert!(home.contains("<p class=\"figure\">2,377,500.00</p>"));
    assert!(section(&home, "custody").contains("每平方米每月 23.26"), "24,000 a year for 86 m²");
    incomes_are_those_of_the_api(&service, &home).await;
    streets_are_the_sums_of_their_communities(&service, &home).await;
    own_and_distributed_are_not_added_up(&service, &home).await;
    figures_name_their_columns(&home);
    linked_figures_are_their_lines(&service, &home).await;
    sources_and_shops_lead_to_lines_that_add_up(&service, &home).await;
    communities_lead_to_lines_vouchers_and_proofs(&service, &home).await;
    assets_and_contracts_lead_to_their_lines(&service, &home).await;
    months_asked_for_are_kept(&service).await;
    wrong_addresses_say_what_is_wrong(&service).await;
    nothing_else_is_served(&service).await;
}

async fn incomes_are_those_of_the_api(service: &Service, home: &str) {
    let table = service.json("income-by-community").await;
    let mut communities = rows(section(home, "communities"));
    assert_eq!(communities.pop().expect("a foot")[2], "2,377,500.00");
    assert_eq!(communities.len(), 27);
    let mut wanted: Vec<(i64, &str, &str)> = table["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().expect("text");
            (fen(text("total")), text("name"), text("street"))
        })
        .collect();
    wanted.sort_by_key(|row| std::cmp::Reverse(row.0));
    let found: Vec<(i64, &str, &str)> = communities.iter().map(|row| (fen(&row[2]), row[0].as_str(), row[1].as_str())).collect();
    assert_eq!(found, wanted);
    for (id, group_by) in [("sources", "income_type"), ("months", "month")] {
        let table = service.json(&format!("income-by-community?group_by={group_by}")).await;
        let mut found = rows(section(home, id));
        assert_eq!(found.pop().expect("a foot")[1], "2,377,500.00", "{id}");
        let groups = table["groups"].as_array().expect("groups");
        let wanted: BTreeSet<(&str, i64)> = groups
            .iter()
            .map(|group| (group["name"].as_str().expect("name"), fen(group["total"].as_str().expect("total"))))
            .collect();
        assert_eq!(found.iter().map(|row| (row[0].as_str(), fen(&row[1]))).collect::<BTreeSet<_>>(), wanted, "{id}");
    }
}

async fn streets_are_the_sums_of_their_communities(service: &Service, home: &str) {
    let streets = rows(section(home, "streets"));
    assert_eq!(streets[..streets.len() - 1].iter().map(|row| fen(&row[1])).sum::<i64>(), 237_750_000);
    for href in links(section(home, "streets"), "/?") {
        let street = page(service, &href).await;
        let sum = rows(section(&street.text, "communities")).pop().map(|foot| fen(&foot[2]));
        assert!(streets.iter().any(|row| Some(fen(&row[1])) == sum), "{href}: the street's figure is its communities' sum");
    }
}

async fn sources_and_shops_lead_to_lines_that_add_up(service: &Service, home: &str) {
    let sources = section(home, "sources");
    let addresses: BTreeSet<String> = links(sources, "/lines/income_type/").into_iter().collect();
    let figures: BTreeSet<i64> = rows(sources).iter().map(|row| fen(&row[1])).collect();
    assert_eq!(addresses.len(), 8);
    for address in &addresses {
        assert!(figures.contains(&walk(service, address).await.0), "{address}");
    }
    let mut shop_sums = [0; 3];
    for (address, at) in links(section(home, "shops"), "/lines/shop/").iter().zip((0..3).cycle()) {
        shop_sums[at] += walk(service, address).await.0;
    }
    assert_eq!(shop_sums, [243_000_000, 199_800_000, 43_200_000]);
    let shops = rows(section(home, "shops"));
    let foot = shops.last().expect("a foot");
    assert_eq!((shops.len(), foot[0].as_str(), foot[2].as_str()), (12, "2,430,000.00", "432,000.00"));
}

/// What a community earned itself and what its company gave it stand side by side.
async fn own_and_distributed_are_not_added_up(service: &Service, home: &str) {
    let own = rows(section(home, "own"));
    let both = service.json("community-income").await;
    assert_eq!((both["total"]["total_income"].as_str(), own.len()), (Some("2377500.00"), 28));
    let resolved: i64 = rows(section(home, "dividends")).iter().map(|row| fen(&row[2])).sum();
    assert_eq!(fen(both["total"]["distributed"].as_str().expect("amount")), resolved);
    assert_eq!(own.last().map(|row| (fen(&row[2]), fen(&row[3]))), Some((237_750_000, resolved)));
    let parts = |key: &str| fen(both["total"][key].as_str().expect("amount"));
    assert_eq!(parts("operating") + parts("investment"), parts("operating_income"));
    assert_eq!(parts("operating_income") + parts("other"), parts("total_income"));
}

async fn communities_lead_to_lines_vouchers_and_proofs(service: &Service, home: &str) {
    let table = service.json("income-by-community").await;
    let addresses: BTreeSet<String> = links(section(home, "communities"), "/communities/").into_iter().collect();
    assert_eq!(addresses.len(), 27);
    for row in table["rows"].as_array().expect("rows") {
        let code = row["community"].as_str().expect("code");
        let address = addresses.iter().find(|href| href.contains(&format!("/{code}?"))).expect("a link");
        let (sum, _, voucher) = walk(service, address).await;
        assert_eq!(sum, fen(row["total"].as_str().expect("total")), "{code}");
        let voucher = page(service, &voucher.expect("a voucher")).await;
        assert_eq!(voucher.status, 200);
        assert!(voucher.text.contains(row["name"].as_str().expect("name")), "the voucher names its community");
        assert!(voucher.text.contains("<dt>来源</dt>"), "and what it came from");
        let proof = links(&voucher.text, "/api/v1/books/").pop().expect("a proof");
        let proof = reqwest::get(format!("{}{proof}", service.url)).await.expect("answered");
        assert!(proof.status().is_success());
    }
}

async fn assets_and_contracts_lead_to_their_lines(service: &Service, home: &str) {
    for (id, prefix, says) in [("custody", "/lines/asset/", "收入"), ("collection", "/lines/contract/", "资产科目")] {
        let addresses = links(section(home, id), prefix);
        assert_eq!(addresses.len(), rows(section(home, id)).len(), "{id}: one a row");
        let lines = page(service, &addresses[0]).await;
        assert!(lines.status == 200 && lines.text.contains(says), "{id}: {}", lines.text);
    }
}

async fn months_asked_for_are_kept(service: &Service) {
    let march = page(service, "/?from=2025-03&to=2025-03").await;
    let total = service.json("income-by-community?from=2025-03&to=2025-03").await["total"].clone();
    assert_eq!(rows(section(&march.text, "communities")).pop().map(|foot| fen(&foot[2])), total.as_str().map(fen));
    assert!(links(&march.text, "/communities/").iter().all(|href| href.ends_with("?from=2025-03&to=2025-03")));
    assert_eq!(march.text.matches("<option selected>2025-03</option>").count(), 2, "the form shows the months looked at");
    let empty_fields = page(service, "/?from=&to=").await;
    assert!(empty_fields.text.contains("2,377,500.00"));
}

async fn wrong_addresses_say_what_is_wrong(service: &Service) {
    for (path, status, says) in [
        ("/communities/nobody", 404, "没有编码为 nobody 的社区"),
        ("/communities/%3Cscript%3E", 404, "没有编码为"),
        ("/communities/%FF", 400, "地址的写法不对"),
        ("/books/nobody/vouchers/2025-01/记-1", 404, "没有账套 nobody"),
        ("/books/tuanjie/vouchers/2025-13/记-1", 400, "看不懂月份 2025-13"),
        ("/books/tuanjie/vouchers/2025-01/x", 400, "看不懂凭证字号 x"),
        ("/books/tuanjie/vouchers/2025-01/记-999999", 404, "没有凭证 记-999999"),
        ("/books/tuanjie/vouchers/2031-01/记-1", 404, "没有凭证 记-1"),
        ("/lines/shop/nobody", 404, "没有编码为 nobody 的门店"),
        ("/lines/colour/x", 404, "没有辅助核算类别 colour"),
        ("/lines/shop/nobody?of=x", 400, "看不懂 of=x"),
        ("/?street=nobody", 404, "没有编码为 nobody 的街道"),
        ("/?from=march", 400, "看不懂月份 march"),
        ("/?from=2025-03&to=2025-01", 400, "晚于"),
        ("/?from=%3Cb%3E", 400, "看不懂月份"),
    ] {
        let fetched = page(service, path).await;
        assert_eq!(fetched.status, status, "{path}");
        assert!(fetched.text.contains(says), "{path}: {}", fetched.text);
    }
}

async fn nothing_else_is_served(service: &Service) {
    let client = reqwest::Client::new();
    let asked = |path: &str, accept: &str| client.get(format!("{}{path}", service.url)).header("accept", accept).send();
    for (path, accept, kind) in [
        ("/xx", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("/xx", "*/*", "application/problem+json"),
        ("/api/v1/xx", "text/html", "application/problem+json"),
    ] {
        let answer = asked(path, accept).await.expect("answered");
        let told = (answer.status().as_u16(), answer.headers()["content-type"].to_str().expect("text").to_owned());
        assert_eq!(told, (404, kind.to_owned()), "{path} {accept}");
        let policy = answer.headers().contains_key("content-security-policy");
        let text = answer.text().await.expect("text");
        assert!(!kind.starts_with("text/html") || (policy && text.contains("没有这个地址的页面")), "{text}");
    }
    let foreign = client.get(&service.url).header("host", "books.example").send().await.expect("answered");
    assert_eq!(foreign.status(), 403, "the guard stands before the pages too");
    let posted = client.post(&service.url).send().await.expect("answered");
    assert_eq!(posted.status(), 405);
    let style = reqwest::get(format!("{}/assets/style.css", service.url)).await.expect("answered");
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    let style = style.text().await.expect("text");
    assert!(!style.contains("url(") && !style.contains("@import"), "the style fetches nothing");
}

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

/// The addresses of a section that lead to lines, each with the figure it stands under.
fn linked(section: &str) -> Vec<(String, i64)> {
    let parts = section.split("<a href=\"/lines/").skip(1).filter_map(|rest| rest.split_once("\">"));
    parts.map(|(href, rest)| (unescaped(&format!("/lines/{href}")), fen(rest.split('<').next().unwrap_or_default()))).collect()
}

async fn linked_figures_are_their_lines(service: &Service, home: &str) {
    // 27 communities with four figures; what is shared and owed; three of each year's fund; three of each shop.
    for (id, least) in [("own", 108), ("dividends", 54), ("funds", 27), ("shops", 15)] {
        let figures = linked(section(home, id));
        assert!(figures.len() >= least, "{id}: {}", figures.len());
        for (address, figure) in figures {
            assert_eq!(walk(service, &address).await.0, figure, "{id}: {address}");
        }
    }
}

/// Tables with many figures are cards on a phone: every figure names its column, and no date breaks.
fn figures_name_their_columns(home: &str) {
    for id in ["own", "dividends", "funds"] {
        assert!(home.contains(&format!("<a href=\"#{id}\">")), "{id} is in the page's directory");
        let section = section(home, id);
        let parts = |text: &str, between: (&str, &str)| -> Vec<String> {
            let found = text.split(between.0).skip(1).filter_map(|rest| rest.split(between.1).next());
            found.map(str::to_owned).collect()
        };
        let (head, body) = section.split_once("</thead>").expect("a head");
        let heads: Vec<String> = parts(head, ("scope=\"col\"", "</th>"));
        let heads: Vec<&str> = heads.iter().filter_map(|head| head.split('>').nth(1)).collect();
        let row = body.split("</tr>").next().expect("a row");
        assert_eq!(parts(row, ("data-label=\"", "\"")), heads[1..], "{id}");
    }
    for row in rows(section(home, "dividends")) {
        assert!(home.contains(&format!("data-label=\"最迟支付日\">{}</td>", row[4])), "{row:?}");
    }
    assert!(section(home, "dividends").contains("<td class=\"date"), "dates do not break");
    let place = |id: &str| home.find(&format!("<section id=\"{id}\"")).expect("a section");
    assert!(place("shops") < place("custody") && place("collection") < place("own"), "what asks for action stands first");
}

/// A book with a community of a hostile name and a few hundred lines: ordinary ones, taken back ones, and ones that
/// carry the year's income forward.
async fn hostile_book(program: &Program) -> Service {
    let dimensions = program.data.join("dimensions.csv");
    let quoted = HOSTILE.replace('"', "\"\"");
    std::fs::write(&dimensions, format!("辅助类别,编码,名称,上级编码,说明\n社区,c1,\"{quoted}\",,示例\n")).expect("written");
    let names = ["--name", "示例", "--organisation", "示例", "--first-period", "2025-01", "--by", "甲"];
    program.json(&[&["book", "open", "other"][..], &names].concat());
    for book in ["demo", "other"] {
        program.json(&["import", "dimensions", dimensions.to_str().expect("path"), "--book", book]);
    }
    let service = program.serve();
    let client = reqwest::Client::new();
    let voucher = |purpose: &str, memo: &str, debit: (&str, Value), credit: (&str, Value), amount: &str| {
        json!({
            "date": "2025-01-31", "memo": memo, "attachment_count": 1, "prepared_by": "示例甲", "approved_by": "示例乙", "purpose": purpose,
            "lines": [
                { "account": debit.0, "side": "debit", "amount": amount, "dimensions": debit.1 },
                { "account": credit.0, "side": "credit", "amount": amount, "dimensions": credit.1 },
            ],
        })
    };
    let carried = || json!({ "community": "c1" });
    let rent = |amount: &str| voucher("ordinary", HOSTILE, ("1002", json!({})), ("5051", carried()), amount);
    let forward = || voucher("carry_forward", "结转", ("5051", carried()), ("3103", json!({})), "1.00");
    // 99 ordinary lines, 150 that do not count, 100 more, and one in February: exactly two pages. One more in
    // another book.
    let mut vouchers: Vec<Value> = std::iter::repeat_n(rent("10.00"), 99).collect();
    vouchers.extend(std::iter::repeat_with(forward).take(150));
    vouchers.extend(std::iter::repeat_n(rent("0.01"), 100));
    let posted = client.post(service.api("books/demo/vouchers/batch")).header("idempotency-key", "a");
    let posted = posted.json(&json!({ "vouchers": vouchers })).send().await.expect("answered");
    assert_eq!(posted.status(), 201, "{}", posted.text().await.expect("text"));
    let other = client.post(service.api("books/other/vouchers")).header("idempotency-key", "c").json(&rent("7.00"));
    assert_eq!(other.send().await.expect("answered").status(), 201);
    let reversal = json!({ "date": "2025-02-28", "prepared_by": "示例甲", "approved_by": "示例乙" });
    let reversed = client.post(service.api("books/demo/vouchers/2025-01/记-1/reverse")).header("idempotency-key", "b");
    let reversed = reversed.json(&reversal).send().await.expect("answered");
    assert_eq!(reversed.status(), 201, "{}", reversed.text().await.expect("text"));
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn names_stay_text_and_pages_leave_no_line_out() {
    let folder = tempfile::tempdir().expect("folder");
    let empty = Program::on(folder.path().join("empty"));
    empty.json(&["init"]);
    let service = empty.serve();
    let nothing = page(&service, "/").await;
    let next = nothing.text.contains("还没有账套") && nothing.text.contains("cunshe book open");
    assert!(nothing.status == 200 && next, "{}", nothing.text);
    assert_eq!(page(&service, "/lines/shop/nobody").await.status, 404);

    let program = Program::on(folder.path().join("data")).with_book("demo");
    let service = hostile_book(&program).await;
    let home = page(&service, "/").await;
    assert!(home.text.contains("&#60;script&#62;alert(1)"), "{}", home.text);
    let (sum, lines, _) = walk(&service, "/communities/c1").await;
    assert_eq!((sum, lines.len()), (98_800, 201), "990.00, 1.00 and 7.00, less the 10.00 taken back");
    let last = page(&service, "/communities/c1?after=other").await;
    assert_eq!(rows(section(&last.text, "lines")).len(), 2, "the other book begins a page of its own");
    for (after, status) in [("nobody", 404), ("demo.x", 400), ("demo.2025-01.5051.9223372036854775808.1", 400)] {
        assert_eq!(page(&service, &format!("/communities/c1?after={after}")).await.status, status, "{after}");
    }

    let original = page(&service, "/books/demo/vouchers/2025-01/记-1").await;
    assert!(original.text.contains("已被") && original.text.contains("附单据数"));
    let reversal = links(&original.text, "/books/demo/vouchers/2025-02/").pop().expect("the reversal");
    let reversal = page(&service, &reversal).await;
    assert_eq!(links(&reversal.text, "/books/demo/vouchers/"), ["/books/demo/vouchers/2025-01/记-1"]);
    assert!(reversal.text.contains("class=\"red\">-10.00"), "red entries are red");
    let february = page(&service, "/?from=2025-02&to=2025-02").await;
    assert!(february.text.contains("<p class=\"figure red\">-10.00</p>"));
    for entry in std::fs::read_dir(root().join("src/web/templates")).expect("templates") {
        let text = std::fs::read_to_string(entry.expect("entry").path()).expect("a template");
        assert!(!text.contains("|safe") && !text.contains("| safe"), "no template switches escaping off");
    }
}

/// Draws a page in Chromium as a phone would, and gives what it made of it; it must have nothing to complain of.
fn drawn(service: &Service, folder: &Path, path: &str) -> String {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update"])
        .args(["--disable-background-networking", "--disable-sync", "--enable-logging=stderr", "--window-size=390,844"])
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        .args(["--dump-dom", &format!("{}{path}", service.url)])
        .output()
        .expect("Chromium is needed: install Debian's package `chromium`");
    let (dom, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{path}: {log}");
    // What a page does wrong (a blocked style, a missing file) the browser says on its console.
    let complaints: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE") || line.contains("Refused to")).collect();
    assert!(complaints.is_empty(), "{path}: {complaints:?}");
    dom.into_owned()
}

/// Chromium takes the pages as they are: everything is drawn.
#[test]
fn a_real_browser_shows_the_pages() {
    let folder = tempfile::tempdir().expect("folder");
    let program = Program::on(folder.path().join("data"));
    program.json(&["demo", "--no-serve"]);
    let service = program.serve();
    for (path, shown) in
        [("/", "2,377,500.00"), ("/communities/520627004001", "红旗社区"), ("/books/youxi/vouchers/2025-01/记-1", "委托代管")]
    {
        assert!(drawn(&service, folder.path(), path).contains(shown), "{path}");
    }
}
