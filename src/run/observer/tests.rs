use super::seen::Behaviour;
use super::*;

fn seen(described: &str, behaviour: &str) -> Seen {
    let described = match described {
        "hidden" => Described::Hidden("responds 500".to_owned()),
        "gone" => Described::Gone,
        state => Described::Names(state.into()),
    };
    let behaviour = (!behaviour.is_empty()).then(|| Behaviour {
        operation: "Encrypt".into(),
        response: format!("responds as in {behaviour}"),
        states: if behaviour == "gone" { Vec::new() } else { behaviour.split('|').map(State::from).collect() },
        gone: behaviour == "gone",
    });
    Seen { described, behaviour, description: None, describing: None }
}

/// Every row of the table in `conclusion.rs`.
#[test]
fn the_description_outweighs_the_behaviour() {
    let concluded = |described, behaviour| conclude(&seen(described, behaviour), &"Disabled".into());
    let contradicted = |conclusion| matches!(conclusion, Conclusion::Reached(Some(_)));

    assert_eq!(concluded("Disabled", "Disabled"), Conclusion::Reached(None));
    assert_eq!(concluded("Disabled", ""), Conclusion::Reached(None));
    assert_eq!(concluded("PendingDeletion", "Disabled|PendingDeletion"), Conclusion::NotReached);
    assert!(contradicted(concluded("Disabled", "Enabled")));
    assert!(contradicted(concluded("Disabled", "gone")));
    assert!(contradicted(concluded("Enabled", "Disabled")));
    assert!(contradicted(concluded("gone", "Disabled")));
    assert_eq!(concluded("Enabled", "Enabled"), Conclusion::NotReached);
    assert_eq!(concluded("Enabled", "PendingImport"), Conclusion::NotReached);
    assert_eq!(concluded("Enabled", ""), Conclusion::NotReached);
    assert_eq!(concluded("gone", "gone"), Conclusion::NotReached);
    assert_eq!(concluded("gone", ""), Conclusion::NotReached);
    assert_eq!(concluded("hidden", "Disabled"), Conclusion::Reached(None));
    assert_eq!(concluded("hidden", ""), Conclusion::Reached(None));
    assert_eq!(concluded("hidden", "Enabled"), Conclusion::Unclear);
    assert_eq!(concluded("hidden", "gone"), Conclusion::Unclear);
}

#[test]
fn a_response_that_fits_several_states_names_each() {
    assert_eq!(conclude(&seen("hidden", "Enabled|Disabled"), &"Disabled".into()), Conclusion::Reached(None));
}

#[test]
fn a_changed_state_shows_in_the_description_or_the_behaviour() {
    let changed = |before: (&str, &str), after: (&str, &str)| {
        state_changed(&seen(before.0, before.1), &seen(after.0, after.1), &"Disabled".into()).is_some()
    };
    assert!(changed(("Disabled", "Disabled"), ("Enabled", "Disabled")));
    assert!(changed(("Disabled", "Disabled"), ("Disabled", "Enabled")));
    assert!(!changed(("Disabled", "Disabled"), ("Disabled", "Disabled")));
    assert!(!changed(("Enabled", "Disabled"), ("Disabled", "Disabled")), "the description was late");
    assert!(!changed(("Disabled", "Enabled"), ("Disabled", "Disabled")), "the behaviour was late");
    assert!(!changed(("Disabled", "Enabled"), ("Disabled", "Enabled")), "it ignores the state as before");
    assert!(!changed(("hidden", ""), ("Disabled", "Disabled")));
}

#[test]
fn an_observation_is_one_line() {
    let says = |described, behaviour| seen(described, behaviour).says(&"DescribeKey".into());
    assert_eq!(says("Disabled", "Enabled"), "DescribeKey says Disabled, Encrypt responds as in Enabled");
    assert_eq!(says("gone", ""), "DescribeKey says that there is no such key");
    assert_eq!(says("hidden", ""), "DescribeKey responds 500");
}
