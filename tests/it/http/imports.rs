//! Files over HTTP: they become what `cunshe import` makes of them, and refusals name row, column and code.

use super::{Answer, send};
use crate::merchant::{ALIPAY_BILL, Company, PERSONAL_WECHAT, WECHAT_BILL, WECHAT_FUNDS, counts, gb, packed, text};
use crate::support::Service;
use serde_json::{Value, json};

const SIGNED: &str = "by=甲&approved_by=乙";

async fn import(service: &Service, kind: &str, query: &str, body: impl Into<reqwest::Body>) -> Answer {
    let address = service.api(&format!("books/shazi/imports/{kind}?{SIGNED}{query}"));
    send(reqwest::Client::new().post(address).body(body)).await
}

const BILL: &str = "&shop=SZ01&channel=lingshou&tax_basis_points=100";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_the_same_at_both_doors() {
    let company = Company::open();
    let bill = text(&company.write("wechat.csv", WECHAT_BILL.as_bytes()));
    let mut typed = Company::arguments("wechat-bill", &bill);
    typed.push("--dry-run");
    let judged = company.program.json(&typed);
    let service = company.program.serve();
    let dry = import(&service, "wechat-bill", &format!("{BILL}&dry_run=true"), WECHAT_BILL).await;
    assert_eq!((dry.status, &dry.body), (200, &judged), "{}", dry.text);

    // Twice at once: whoever comes second finds it there, before the file is judged or at the writer.
    let one = || import(&service, "wechat-bill", BILL, WECHAT_BILL);
    let (first, second) = tokio::join!(one(), one());
    let mut twice = [first, second];
    twice.sort_by_key(|answer| answer.status);
    let came = twice.iter().map(|answer| (answer.status, counts(&answer.body))).collect::<Vec<_>>();
    assert_eq!(came, [(200, json!([0, 3, true])), (201, json!([3, 0, false]))]);
    let again = import(&service, "wechat-bill", BILL, packed(&[("账单.csv", WECHAT_BILL.as_bytes())])).await;
    assert_eq!((again.status, counts(&again.body)), (200, json!([0, 3, true])), "packed or not: {}", again.text);
    let funds = import(&service, "wechat-funds", "&shop=SZ01", WECHAT_FUNDS).await;
    assert_eq!((funds.status, counts(&funds.body)), (201, json!([4, 0, false])), "{}", funds.text);
    let alipay = packed(&[("汇总.csv", &gb("示例")), ("明细.csv", &gb(ALIPAY_BILL))]);
    let alipay = import(&service, "alipay-bill", "&shop=SZ01&channel=lingshou", alipay).await;
    assert_eq!((alipay.status, counts(&alipay.body)), (201, json!([1, 0, false])), "{}", alipay.text);

    let days = "营业日期,门店编码,渠道,销售总额,现金,税率\n2025-01-09,SZ01,lingshou,101.00,202.00,1%\n\
                2025-01-09,SZ01,lingshou,101.00,,0\n";
    let days = import(&service, "shop-days", "", days).await;
    assert_eq!((days.status, counts(&days.body)), (201, json!([1, 0, false])), "{}", days.text);
    let banked = "门店编码,日期,金额,回单号\nSZ01,2025-01-10,200.00,示例回单1\n";
    let facts = import(&service, "facts/cash_banked", "&date=2025-01-31", banked).await;
    assert_eq!((facts.status, counts(&facts.body)), (201, json!([1, 0, false])), "{}", facts.text);
    drop(service);

    let replayed = company.program.json(&Company::arguments("wechat-bill", &bill));
    assert_eq!(counts(&replayed), json!([0, 3, true]), "the other door knows it");
    assert_eq!(company.in_transit("wechat"), "0.00");
    assert_eq!(company.program.json(&["check"])["exit_code"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_their_row_and_column() {
    let company = Company::open();
    let before = company.program.json(&["book", "show", "shazi"])["size"].clone();
    let service = company.program.serve();
    let edited = WECHAT_BILL.replace("`30.30", "`31.31");
    let malformed = WECHAT_BILL.replace("`101.00,`0.00,`0,`0", "`一百,`0.00,`0,`0");
    let unknown_shop = BILL.replace("SZ01", "SZ99");
    let days = "营业日期,门店编码,渠道,销售总额,现金,税率\n2025-01-09,SZ01,lingshou,5,10,\n2025-01-09,SZ01,qiye,5,,3%\n";
    for (kind, query, body, code, row, column) in [
        ("wechat-bill", BILL, edited.as_str(), "summary_differs", json!(7), json!(null)),
        ("wechat-bill", BILL, &malformed, "amount_malformed", json!(2), json!("应结订单金额")),
        ("wechat-bill", &unknown_shop, WECHAT_BILL, "dimension_unknown", json!(2), json!(null)),
        ("wechat-bill", BILL, PERSONAL_WECHAT, "personal_bill", json!(4), json!(null)),
        ("wechat-bill", BILL, "PK\u{3}\u{4}", "zip_broken", json!(null), json!(null)),
        ("wechat-funds", "&shop=SZ01", WECHAT_FUNDS, "settlement_exceeds_transit", json!(3), json!(null)),
        ("shop-days", "", days, "tax_rate_missing", json!(2), json!("税率")),
        (
            "facts/cash_banked",
            "",
            "门店编码,日期,金额,回单号\nSZ01,2025-01-10,1.005,x\n",
            "amount_too_fine",
            json!(2),
            json!("金额"),
        ),
        ("shop-days", "", "", "header_missing", json!(null), json!(null)),
    ] {
        let answer = import(&service, kind, query, body.to_owned()).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (422, "application/problem+json"), "{kind}: {}", answer.text);
        let first = &answer.body["errors"][0];
        assert_eq!((&first["code"], &first["row"], &first["column"]), (&json!(code), &row, &column), "{kind}: {}", answer.text);
        assert!(first["message"].as_str().is_some_and(|message| message.ends_with('。')), "{}", answer.text);
    }
    for (kind, query, status, code) in [
        ("wechat-bill", "", 400, "query_malformed"),
        ("wechat-bill", "&shop=SZ01", 400, "query_malformed"),
        ("wechat-bill", "&shop=S 1&channel=lingshou", 400, "code_malformed"),
        ("wechat-funds", BILL, 400, "query_malformed"),
        ("shop-days", "&shop=SZ01", 400, "query_malformed"),
        ("shop-days", "&colour=red", 400, "query_malformed"),
        ("shop-days", "&date=2025-02-30", 422, "refused"),
        ("facts/cash_banked", "&tax_basis_points=100", 400, "query_malformed"),
        ("facts/colours", "", 404, "fact_unknown"),
        ("colours", "", 404, "import_unknown"),
    ] {
        let answer = import(&service, kind, query, WECHAT_BILL).await;
        assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{kind}{query}: {}", answer.text);
    }
    let nobody =
        send(reqwest::Client::new().post(service.api(&format!("books/nobody/imports/shop-days?{SIGNED}"))).body("")).await;
    assert_eq!((nobody.status, &nobody.body["code"]), (404, &Value::from("book_unknown")));
    drop(service);
    assert_eq!(company.program.json(&["book", "show", "shazi"])["size"], before, "nothing was recorded");
}
