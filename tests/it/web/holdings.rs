//! 自有固定资产 and 资产盘点 on the first page: every figure is the sum of the lines it leads to, as of the months asked for.

use super::{drawn, fen, links, page, rows, section, walk};
use crate::support::{Program, Service};
use serde_json::{Value, json};
use std::path::Path;

/// A class that an address and a page must carry without taking it for something else.
const CLASS: &str = "设备&<b>";

pub(super) async fn post(service: &Service, path: &str, body: &Value) {
    let answer = reqwest::Client::new().post(service.api(path)).json(body).send().await.expect("answered");
    assert_eq!(answer.status(), 201, "{path}: {}", answer.text().await.expect("text"));
}

async fn record(service: &Service, kind: &str, date: &str, facts: Value) {
    let body = json!({ "by": "示例甲", "approved_by": "示例乙", "date": date, "facts": facts });
    post(service, &format!("books/demo/facts/{kind}"), &body).await;
}

async fn month_end(service: &Service, period: &str) {
    post(service, "books/demo/month-end", &json!({ "period": period, "by": "示例甲", "approved_by": "示例乙" })).await;
}

fn card(asset: &str, class: &str, date: &str, (cost, months): (&str, &str), source: &str) -> Value {
    let mut card = json!({
        "asset": asset, "class": class, "cost": cost, "date": date, "document": "示例发票1号", "expense": "selling",
        "months": months, "name": format!("示例<i>{asset}"), "residual_value": "0.00", "source": source,
    });
    if source == "opening" {
        card["already_depreciated"] = "100.00".into();
    }
    card
}

/// Three assets in March, counted at its end; in April one is gone and another has come.
async fn holdings(folder: &Path) -> Service {
    let program = Program::on(folder.join("data")).with_book("demo");
    let dimensions = folder.join("dimensions.csv");
    let codes = (1..=4).map(|number| format!("资产,GD-{number},示例资产{number},,示例\n")).collect::<String>();
    std::fs::write(&dimensions, format!("辅助类别,编码,名称,上级编码,说明\n{codes}")).expect("written");
    program.json(&["import", "dimensions", dimensions.to_str().expect("path"), "--book", "demo"]);
    let service = program.serve();
    let roles = [
        ("bank", "1002"),
        ("fixed_asset", "1601"),
        ("accumulated_depreciation", "1602"),
        ("asset_disposal", "1606"),
        ("depreciation_selling", "5601"),
        ("disposal_loss", "5711"),
    ];
    let roles: Vec<Value> = roles.iter().map(|(role, account)| json!({ "account": account, "role": role })).collect();
    record(&service, "roles_assigned", "2025-01-01", json!([{ "roles": roles }])).await;
    let cards = json!([
        card("GD-1", CLASS, "2025-01-05", ("120.00", "12"), "purchased"),
        card("GD-2", CLASS, "2025-01-05", ("60.00", "6"), "purchased"),
        card("GD-3", "房屋", "2025-01-01", ("1000.00", "10"), "opening"),
    ]);
    record(&service, "fixed_asset_added", "2025-01-31", cards).await;
    month_end(&service, "2025-02").await;
    month_end(&service, "2025-03").await;
    let found = |asset: &str, finding: &str, note: &str| json!({ "asset": asset, "finding": finding, "note": note });
    let counted = [found("GD-1", "found", ""), found("GD-2", "damaged", "示例进水"), found("GD-3", "missing", "示例<i>外借")];
    let taken = json!([{ "date": "2025-03-31", "document": "示例盘点1号", "kind": "fixed", "rows": counted, "surplus": ["示例柜台一个"] }]);
    record(&service, "stock_taken", "2025-03-31", taken).await;
    let gone =
        json!([{ "asset": "GD-2", "date": "2025-04-10", "document": "示例处置1号", "proceeds": "0.00", "reason": "scrapped" }]);
    record(&service, "fixed_asset_disposed", "2025-04-10", gone).await;
    let come = json!([card("GD-4", "房屋", "2025-04-15", ("30.00", "3"), "purchased")]);
    record(&service, "fixed_asset_added", "2025-04-15", come).await;
    service
}

/// The figures of a table of assets, two rows each: a name, then three amounts.
fn figures(text: &str, id: &str) -> Vec<(String, [i64; 3])> {
    let rows = rows(section(text, id));
    let pairs = rows.chunks(2).map(|pair| (pair[0][0].clone(), [fen(&pair[1][0]), fen(&pair[1][1]), fen(&pair[1][2])]));
    pairs.collect()
}

fn sum(rows: &[(String, [i64; 3])]) -> [i64; 3] {
    rows.iter().fold([0; 3], |sum, (_, figures)| [sum[0] + figures[0], sum[1] + figures[1], sum[2] + figures[2]])
}

#[tokio::test(flavor = "multi_thread")]
async fn fixed_assets_lead_from_their_class_to_each_asset_and_its_vouchers() {
    let folder = tempfile::tempdir().expect("folder");
    let service = holdings(folder.path()).await;
    let home = page(&service, "/?from=2025-03&to=2025-03").await;
    let shown = figures(&home.text, "fixed-assets");
    let [(house, of_house), (device, of_device), (_, total)] = &shown[..] else { panic!("{shown:?}") };
    assert_eq!((house.as_str(), device.as_str()), ("房屋1 项", "设备&#38;&#60;b&#62;2 项"));
    assert_eq!((of_house, of_device), (&[100_000, 28_000, 72_000], &[18_000, 4_000, 14_000]));
    assert_eq!(*total, sum(&shown[..2]));
    let earlier = page(&service, "/?from=2025-01&to=2025-02").await;
    assert_eq!(figures(&earlier.text, "fixed-assets")[2].1, [118_000, 21_000, 97_000], "as of the end of February");

    let mut classes = links(section(&home.text, "fixed-assets"), "/fixed-assets?");
    classes.dedup();
    assert_eq!(classes.len(), 3, "one address for the three figures of a class, and of all: {classes:?}");
    for (address, (name, wanted)) in classes.iter().zip(&shown) {
        let listed = page(&service, address).await;
        assert_eq!(listed.status, 200, "{address}");
        let mut assets = figures(&listed.text, "lines");
        let foot = assets.pop().expect("a foot").1;
        assert_eq!((sum(&assets), foot), (*wanted, *wanted), "{name}");
    }
    let devices = page(&service, &classes[1]).await;
    assert!(devices.text.contains("name=\"class\" value=\"设备&#38;&#60;b&#62;\""), "the form of months keeps the class");
    let mut behind = links(section(&devices.text, "lines"), "/lines/asset/");
    behind.dedup();
    let values = figures(&devices.text, "lines");
    assert_eq!(behind.len(), 2);
    for (address, (name, [_, _, value])) in behind.iter().zip(&values) {
        assert_eq!(walk(&service, address).await.0, *value, "{name}: the vouchers behind it");
    }
    let april = page(&service, "/?from=2025-04&to=2025-04").await;
    assert_eq!(figures(&april.text, "fixed-assets")[2].1, [115_000, 30_000, 85_000], "one is gone, one has come");

    let before = page(&service, "/fixed-assets?from=2025-01&to=2025-03&class=%E8%BD%A6").await;
    assert!(before.status == 404 && before.text.contains("没有类别为 车 的固定资产"), "{}", before.text);
    let dom = drawn(&service, folder.path(), "/?from=2025-03&to=2025-03");
    for figure in ["1,180.00", "320.00", "860.00", "设备&amp;&lt;b&gt;"] {
        assert!(dom.contains(figure), "Chromium shows {figure}");
    }
    assert!(drawn(&service, folder.path(), &classes[1]).contains("示例&lt;i&gt;GD-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_counts_lead_to_each_asset() {
    let folder = tempfile::tempdir().expect("folder");
    let service = holdings(folder.path()).await;
    for (months, numbers, open) in [
        ("from=2025-03&to=2025-03", ["3", "1", "1", "1", "0"], vec!["示例&#60;i&#62;GD-2", "示例&#60;i&#62;GD-3"]),
        ("from=2025-04&to=2025-04", ["3", "1", "1", "0", "1"], vec!["示例&#60;i&#62;GD-3"]),
        ("from=2025-02&to=2025-02", ["3", "0", "0", "0", "3"], vec![]),
    ] {
        let home = page(&service, &format!("/?{months}")).await;
        let shown = section(&home.text, "stock-takes");
        let (takes, differences) = shown.split_once("没有了结的盘亏、毁损").unwrap_or((shown, ""));
        let takes = rows(takes.split("</table>").next().expect("a table"));
        assert_eq!((takes.len(), &takes[0][2..]), (1, &numbers.map(str::to_owned)[..]), "{months}");
        let named: Vec<String> =
            if differences.is_empty() { Vec::new() } else { rows(differences).into_iter().map(|row| row[0].clone()).collect() };
        assert_eq!(named, open, "{months}");
        assert_eq!(shown.contains("盘盈（没有卡片）：示例柜台一个"), !months.contains("-02"), "{months}");

        let addresses = links(shown, "/stock-takes/demo/fixed?");
        let counts: Vec<usize> = numbers.iter().filter_map(|number| number.parse().ok()).filter(|number| *number > 0).collect();
        assert_eq!(addresses.len(), counts.len(), "{months}");
        for (address, count) in addresses.iter().zip(counts) {
            let listed = page(&service, address).await;
            assert_eq!((listed.status, rows(section(&listed.text, "lines")).len()), (200, count), "{address}");
        }
    }
    let dom = drawn(&service, folder.path(), "/stock-takes/demo/fixed?from=2025-04&to=2025-04");
    for shown in ["示例&lt;i&gt;外借", "未盘", "2025-03-31"] {
        assert!(dom.contains(shown), "Chromium shows {shown}");
    }
    for (path, status, says) in [
        ("/stock-takes/nobody/fixed", 404, "没有账套 nobody"),
        ("/stock-takes/demo/colours", 404, "没有资产种类 colours"),
        ("/stock-takes/demo/fixed?outcome=x", 400, "看不懂 outcome=x"),
        ("/stock-takes/demo/fixed?from=x", 400, "看不懂月份 x"),
    ] {
        let fetched = page(&service, path).await;
        assert!(fetched.status == status && fetched.text.contains(says), "{path}: {}", fetched.text);
    }
}
