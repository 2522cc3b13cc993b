//! A service that throttles, hangs, breaks off or is not there.

use super::*;

#[test]
fn throttling_that_passes_is_waited_out() {
    let kms = need!(moto());
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let throttling = json!({
        "operation": "Decrypt",
        "error": { "code": "ThrottlingException" },
        "sequence": { "fail": 2, "pass": 5 },
    });
    let faults = need!(Faults::before(kms, throttling));
    faults.home().decrypt(&[], &file).gives(PLAINTEXT);
    assert_eq!(faults.fired(), 2);
}

#[test]
fn throttling_that_stays_is_told_after_the_time_and_not_after_three_attempts() {
    let kms = need!(moto());
    let key = kms.new_key();
    let file = kms.home().encrypt(&["-k", &key], PLAINTEXT);
    let faults = need!(Faults::before(kms, json!({ "error": { "code": "ThrottlingException" } })));
    let outcome = faults.home().decrypt(&["--aws-timeout", "12"], &file);
    outcome.fails(KEY_SERVICE).says("kms:Decrypt was throttled: too many requests").hints("--aws-timeout");
    let attempts = faults.fired();
    assert!(attempts > 3, "{attempts} attempts: the SDK alone makes three");
    let limited = faults.home().with("AWS_MAX_ATTEMPTS", "2");
    limited.run_with(["encrypt", "-k", &key], PLAINTEXT).fails(KEY_SERVICE).says("kms:GenerateDataKey");
    assert_eq!(faults.fired(), attempts + 2, "who sets the attempts has them");
}

#[test]
fn throttling_that_lasts_longer_than_three_attempts_is_waited_out() {
    let kms = need!(moto());
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let throttling = json!({ "error": { "code": "ThrottlingException" }, "sequence": { "fail": 4, "pass": 99 } });
    let faults = need!(Faults::before(kms, throttling));
    faults.home().decrypt(&["--aws-timeout", "60"], &file).gives(PLAINTEXT);
    assert_eq!(faults.fired(), 4);
}

#[test]
fn a_fault_of_the_service_that_passes_is_waited_out() {
    let kms = need!(moto());
    let fault = json!({
        "error": { "code": "KMSInternalException", "status": 500 },
        "sequence": { "fail": 1, "pass": 9 },
    });
    let faults = need!(Faults::before(kms, fault));
    let file = faults.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    faults.home().decrypt(&[], &file).gives(PLAINTEXT);
}

#[test]
fn a_service_that_hangs_is_given_up_after_the_timeout() {
    let kms = need!(moto());
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let home = home_at(crate::support::silent_listener().0);
    let outcome = home.decrypt(&["--aws-timeout", "1"], &file);
    outcome.fails(KEY_SERVICE).says("within 1s").hints("--aws-timeout");
}

#[test]
fn a_service_that_hangs_is_waited_for_once_however_many_slots_a_header_has() {
    const ATTEMPTS: usize = 3;
    let kms = need!(moto());
    let mut file = RawFile::parse(&kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT));
    file.slots = vec![file.slots[0].clone(); 3 * ATTEMPTS];
    let (service, asked) = crate::support::silent_listener();
    let outcome = home_at(service).decrypt(&["--aws-timeout", "1"], &file.build());
    outcome.fails(KEY_SERVICE).says("within 1s");
    assert!(asked.try_iter().count() <= ATTEMPTS, "one slot was asked about, with its retries");
}

#[test]
fn a_wait_for_a_service_that_hangs_can_be_interrupted() {
    let (service, asked) = crate::support::silent_listener();
    let home = home_at(service);
    home.write("output", "of last week");
    let mut command = home.command();
    command.args(["encrypt", "-k", "alias/anything", "-o", "output", "-f"]).stderr(Stdio::piped());
    let child = command.stdin(Stdio::null()).spawn().expect("the program can be started");
    asked.recv_timeout(Duration::from_mins(1)).expect("kenc asks");
    kill_process(Pid::from_child(&child), Signal::INT).expect("a child can be interrupted");
    let output = child.wait_with_output().expect("a child can be waited for");
    assert_eq!(output.status.code(), Some(INTERRUPTED), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(home.read("output"), b"of last week");
    assert_eq!(home.names(), ["output"], "nothing stays behind");
}

#[test]
fn an_endpoint_that_is_no_address_is_told_without_the_request_that_it_was_for() {
    let home = home_at(CLOSED_PORT).with("AWS_ENDPOINT_URL_KMS", "not an address");
    let outcome = home.run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("cannot use the endpoint `not an address`");
    outcome.hints("AWS_ENDPOINT_URL_KMS");
    assert!(!outcome.stderr.contains("Request"), "{}", outcome.stderr);
}

#[test]
fn a_service_that_is_not_there_is_told_with_its_address() {
    let home = home_at(CLOSED_PORT);
    let outcome = home.run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("cannot reach http://127.0.0.1:1: connection refused");
    outcome.hints("check the network");
}

#[test]
fn a_connection_that_breaks_off_once_is_tried_again() {
    let kms = need!(moto());
    let file = kms.home().encrypt(&["-k", &kms.new_key()], PLAINTEXT);
    let faults = need!(Faults::before(kms, json!({ "reset": true, "sequence": { "fail": 1, "pass": 9 } })));
    faults.home().decrypt(&[], &file).gives(PLAINTEXT);
    assert_eq!(faults.fired(), 1);
}

#[test]
fn an_answer_of_something_else_than_kms_is_told_as_such() {
    let relay = Relay::answering(200, &json!("<html>please log in to the guest network</html>"));
    let outcome = home_at(relay.port).run_with(["encrypt", "-k", "alias/anything"], PLAINTEXT);
    outcome.fails(KEY_SERVICE).says("kms:GenerateDataKey").hints("");
}
