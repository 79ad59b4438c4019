"""The example for needrestart is Perl, and lets it restart papod's services and no others."""

import os
import shutil
import subprocess
import unittest

import papod_test

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONFIG = os.path.join(TOP, "etc/needrestart/papod.conf")
# As needrestart reads its files, and decides: an override that matches counts, or else the default.
DECIDE = r"""
use strict; use warnings;
our %nrconf = (override_rc => { qr(^dbus) => 0 });
my $config = shift @ARGV;
eval do { local (@ARGV, $/) = $config; <> };
die $@ if $@;
foreach my $service (@ARGV) {
    my $restart = !$nrconf{defno};
    foreach my $re (sort keys %{$nrconf{override_rc}}) {
        next unless $service =~ /$re/;
        $restart = $nrconf{override_rc}->{$re};
        last;
    }
    print "$service\n" if $restart && $nrconf{restart} eq "a";
}
"""


def decide(*services):
    return subprocess.run(["perl", "-e", DECIDE, CONFIG, *services], check=True, capture_output=True, text=True,
                          timeout=papod_test.DEADLINE).stdout.split()


@unittest.skipUnless(shutil.which("perl"), "perl is missing")
class Needrestart(papod_test.TestCase):
    def test_it_is_perl(self):
        done = subprocess.run(["perl", "-Mstrict", "-we", "our %nrconf; local (@ARGV, $/) = @ARGV; "
                               "my $text = <>; eval $text; die $@ if $@", CONFIG],
                              capture_output=True, text=True, timeout=papod_test.DEADLINE, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_services_of_papod_restart_and_no_others(self):
        """Each service of the package that runs all the time, and its instances."""
        units = [name.removesuffix(".in") for name in os.listdir(os.path.join(TOP, "systemd"))
                 if ".service" in name]
        at_times = {"papod-acme.service", "papod-gate-certificates.service", "papod-gate-changed.service",
                    "papod-mail@.service"}
        lasting = sorted(set(units) - at_times)
        self.assertIn("papod.service", lasting)
        self.assertLess(at_times, set(units))
        self.assertEqual(decide(*lasting), lasting)
        self.assertEqual(decide("papod@games.service", "papod-gate@games.service"),
                         ["papod@games.service", "papod-gate@games.service"])
        self.assertEqual(decide("ssh.service", "dbus.service", "papodx.service", "notpapod.service", *at_times), [])


if __name__ == "__main__":
    papod_test.main()
