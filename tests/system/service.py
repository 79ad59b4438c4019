#!/usr/bin/python3
"""The installed package under a real systemd, from the view of an administrator and users.

Run as root on a disposable machine or container with papod installed from its package and not
configured: the last check purges it.
"""

import resource
import sys

from machine import run
import papod_test

import backups
import certified
import confined
import datagrams
import everyday
import installing
import listening
import reloading
import surviving

CHECKS = [
    installing.installing_is_all_that_is_needed,
    installing.a_connection_starts_the_stopped_service,
    datagrams.a_datagram_starts_the_stopped_service,
    datagrams.anybody_may_send_to_the_unix_socket,
    datagrams.restarts_lose_no_notification,
    datagrams.a_failed_unit_is_named_in_a_channel,
    datagrams.without_listeners_for_datagrams_none_arrive,
    listening.both_units_stop_as_the_documents_say,
    confined.exposure_is_small,
    confined.processes_have_no_rights_and_no_network,
    backups.members_of_papod_admin_make_backups,
    backups.a_call_does_not_start_papod,
    backups.a_restored_backup_has_the_accounts,
    backups.the_timer_of_the_examples_makes_backups,
    confined.tools_of_systemd_can_call_papod,
    everyday.users_of_the_machine_log_in_by_pam,
    everyday.mails_go_to_sendmail,
    everyday.people_chat_through_tcp_and_the_unix_socket,
    confined.anybody_may_use_the_unix_socket,
    everyday.journal_has_fields,
    listening.papod_conf_alone_opens_a_port,
    listening.a_restart_by_somebody_else_is_as_good,
    listening.taken_addresses_change_nothing,
    listening.errors_are_said_before_anything_changes,
    listening.drop_ins_do_as_they_say,
    surviving.nobody_notices_restarts_upgrades_and_deaths,
    surviving.clients_with_tls_do_not_notice_either,
    surviving.an_instance_is_a_server_of_its_own,
    surviving.a_crash_of_papod_is_nothing_to_the_gate,
    surviving.a_client_with_tls_starts_what_was_stopped,
    certified.a_renewed_certificate_is_used_and_a_bad_one_is_not,
    certified.a_good_certificate_is_used_beside_a_bad_one,
    certified.one_line_gets_a_certificate_and_renews_it,
    reloading.reload_changes_motd_password_and_listener,
    reloading.bad_reload_is_refused_and_the_old_configuration_stays,
    reloading.check_by_root_warns_of_what_the_service_cannot_read,
    reloading.missing_resolver_is_reported,
    reloading.papod_lookup_finds_names_where_resolved_is_not,
    reloading.bad_configuration_past_the_check_is_refused_too,
    reloading.broken_cold_start_waits_for_a_better_file,
    reloading.the_kit_against_spam_is_applied_as_written,
    surviving.watchdog_restarts_a_stopped_server,
    surviving.idle_server_keeps_its_watchdog_content,
    everyday.an_operator_is_made_as_written,
    everyday.an_operator_restarts_the_service,
    everyday.cloaks_stay_the_same_over_a_restart,
    listening.restarting_the_socket_restarts_the_service,
    reloading.credential_is_used_instead_of_the_file,
    listening.papod_may_bind_its_own_sockets,
    installing.stopping_tells_clients,
    installing.removing_keeps_the_configuration,
    installing.a_taken_port_of_tls_does_not_fail_the_installation,
    installing.purging_leaves_nothing,
]


def main():
    failures = 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(f"1..{len(CHECKS)}", flush=True)
    for check in CHECKS:
        papod_test.begin_to_wait()
        name = check.__name__.replace("_", " ")
        try:
            check()
            print(f"ok - {name}", flush=True)
        except Exception as problem:  # the failure of one check must not hide others
            failures += 1
            print(f"not ok - {name}: {type(problem).__name__}: {problem}", flush=True)
            print(run("journalctl", "-q", "-n", "60", "-u", "papod*"), flush=True)
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
