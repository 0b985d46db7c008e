//! Each key among the requests.

use super::order::{GroupBy, SortBy};
use super::rows::Row;
use crate::model::{Bytes, Input, Outcome, RequestKey};
use crate::tui::message::{self, Effect, Mouse, MouseKind};
use crate::tui::screens::ScreenId;
use crate::tui::testing::{empty, model, of, press, screen, send, show};
use crate::tui::{Data, Model};

fn requests(size: (u16, u16)) -> Model {
    model("schema-mismatch", size)
}

fn order(model: &Model) -> Vec<u32> {
    let rows = &model.screens.requests.rows;
    let key = |row| if let Some(Row::Request(key)) = rows.row(row) { Some(key.0) } else { None };
    (0..rows.len()).filter_map(key).collect()
}

fn click(model: &mut Model, kind: MouseKind, column: u16, row: u16) {
    send(model, message::Message::Mouse(Mouse { kind, column, row }));
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (160, 50)] {
        let mut model = requests((width, height));
        press(&mut model, "b s s s > >");
        insta::assert_snapshot!(format!("requests_by_tool_{width}x{height}"), screen(&model));
    }
    let noise = model("router-noise", (120, 30));
    insta::assert_snapshot!("requests_router_noise_120x30", screen(&noise));
}

#[test]
fn every_column_orders_and_the_selection_stays_on_its_request() {
    let mut model = requests((120, 40));
    let selected = model.shared.request;
    for by in SortBy::ALL {
        assert_eq!(model.screens.requests.order.by, *by);
        let before = order(&model);
        press(&mut model, "S");
        // Both failed ones have the same cause.
        assert_eq!(order(&model) == before, *by == SortBy::Cause, "{by}");
        assert_eq!(model.screens.requests.selected(&model.shared).map(|request| request.key), selected);
        press(&mut model, "s");
    }
    press(&mut model, "s s s");
    assert_eq!(order(&model)[..2], [2, 4], "failed ones first");
}

#[test]
fn a_click_on_a_heading_orders_and_a_second_one_reverses() {
    let mut model = requests((120, 40));
    let heading = screen(&model).lines().position(|line| line.contains("root cause")).unwrap() as u16;
    let column = screen(&model).lines().nth(heading.into()).unwrap().find("outcome").unwrap() as u16;
    click(&mut model, MouseKind::Click, column, heading);
    assert_eq!(model.screens.requests.order.by, SortBy::Outcome);
    click(&mut model, MouseKind::Click, column, heading);
    assert!(model.screens.requests.order.is_descending);
    click(&mut model, MouseKind::Click, 110, heading);
    assert_eq!(model.screens.requests.order.by, SortBy::Cause);
    click(&mut model, MouseKind::Click, 1, heading);
    assert_eq!(model.screens.requests.order.by, SortBy::Time);
    click(&mut model, MouseKind::Click, 30, heading + 2);
    assert_eq!(model.shared.request, Some(RequestKey(1)));
    click(&mut model, MouseKind::Click, 30, heading + 2);
    assert_eq!(model.screen, ScreenId::Diagnosis);
}

#[test]
fn groups_fold_and_stepping_to_a_failed_request_opens_its_group() {
    let mut model = requests((120, 40));
    press(&mut model, "b");
    assert_eq!(model.screens.requests.group, GroupBy::Tool);
    assert_eq!(order(&model), [2, 4], "the group of the selected request is open");
    press(&mut model, "left");
    assert!(order(&model).is_empty());
    assert_eq!(model.screens.requests.list.selected(), Some(0));
    press(&mut model, "enter enter right space space z");
    assert!(order(&model).is_empty());
    press(&mut model, "]");
    assert_eq!(order(&model), [2, 4]);
    assert_eq!(
        model.screens.requests.selected(&model.shared).map(|request| request.key),
        model.shared.request
    );
    press(&mut model, "z z b z z");
    assert_eq!(order(&model).len(), 7);
    press(&mut model, "b");
    assert!(screen(&model).contains("by cause"), "{}", screen(&model));
    press(&mut model, "b");
    assert_eq!(order(&model), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_stretch_of_time_narrows_by_key_and_mouse() {
    let mut model = requests((120, 40));
    press(&mut model, ".");
    assert_eq!(order(&model), [2]);
    for _ in 0..8 {
        press(&mut model, ">");
    }
    press(&mut model, "> > > > > > > <");
    assert!(order(&model).len() > 1 && order(&model).len() < 7);
    press(&mut model, ", a");
    assert_eq!(order(&model).len(), 7);
    click(&mut model, MouseKind::Click, 20, 3);
    click(&mut model, MouseKind::Drag, 60, 3);
    assert_eq!(order(&model), [2, 3, 4]);
    press(&mut model, "esc");
    assert_eq!(order(&model).len(), 7);
}

#[test]
fn only_failed_ones_and_what_can_be_done_with_one() {
    let mut model = requests((120, 40));
    press(&mut model, "f");
    assert_eq!(order(&model), [2, 4]);
    press(&mut model, "down");
    assert_eq!(model.shared.request, Some(RequestKey(4)));
    let copied = press(&mut model, "c");
    let id = model.shared.snapshot().names.id(model.shared.snapshot().requests[4].request).unwrap();
    assert!(matches!(copied.as_slice(), [Effect::Copy(text)] if text.as_str() == id), "{copied:?}");
    let copied = press(&mut model, "y");
    let command = "aws bedrock-agentcore-control synchronize-gateway-targets ";
    assert!(
        matches!(copied.as_slice(), [Effect::Copy(text)] if text.as_str().starts_with(command)),
        "{copied:?}"
    );
    press(&mut model, "o");
    assert_eq!(model.screen, ScreenId::Logs);
    assert!(screen(&model).contains("of request #5"));
    press(&mut model, "1 esc");
    assert_eq!(order(&model).len(), 7);
    press(&mut model, "home");
    assert!(
        !press(&mut model, "y").iter().any(|effect| matches!(effect, Effect::Copy(_))),
        "nothing to mend"
    );
    press(&mut model, "]");
    press(&mut model, "enter");
    assert_eq!(model.screen, ScreenId::Diagnosis);
}

#[test]
fn new_data_and_filters_leave_the_selection_on_its_request() {
    let mut model = requests((120, 40));
    press(&mut model, "s s s s G");
    let selected = model.shared.request;
    let (case, snapshot) = (model.shared.case.clone().unwrap(), model.shared.snapshot.clone());
    send(&mut model, message::Message::Data(Data::Case { case, snapshot }));
    assert_eq!(model.screens.requests.selected(&model.shared).map(|request| request.key), selected);
    send(&mut model, message::Message::SetFilter("outcome:failed".into()));
    let all = &model.shared.snapshot().requests;
    assert!(order(&model).iter().all(|key| all[*key as usize].outcome == Outcome::Failed));
}

#[test]
fn where_no_request_is_the_causes_of_the_capture_are_told() {
    let text = "Traceback (most recent call last):\n  File \"/app/agent.py\", line 12, in <module>\n    import shop\nModuleNotFoundError: No module named 'shop'\n";
    let input = Input { path: "pasted.txt".into(), bytes: Bytes::new(text.as_bytes().to_vec()) };
    let mut model = of(vec![input], (80, 24));
    show(&mut model, ScreenId::Requests);
    let shown = screen(&model);
    for words in
        ["what was found concerns it as a whole", "Module 'shop' cannot", "Do        1. ", "1 finding about"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    press(&mut model, "4");
    assert!(screen(&model).contains("signal 1 of 1"), "{}", screen(&model));
}

#[test]
fn without_requests_there_are_words() {
    let mut model = empty((100, 30));
    show(&mut model, ScreenId::Requests);
    press(&mut model, "s S b space z f o c . , < > a left right enter esc down");
    show(&mut model, ScreenId::Requests);
    assert!(screen(&model).contains("No request"), "{}", screen(&model));
}
