# Checks of the sources, whose results do not depend on the compiler.
SOURCE_CHECKS = \
	%D%/format.sh \
	%D%/sizes.sh \
	%D%/hostile.sh \
	%D%/ircv3.sh \
	%D%/packages.sh \
	%D%/proof.sh \
	%D%/shell.sh \
	%D%/documents.sh \
	%D%/documents-selftest.sh \
	%D%/selftest.sh

# Checks of the archives and the units: see the first lines of each.
LINT_CHECKS = \
	%D%/layers.sh \
	%D%/link.sh \
	%D%/circles.sh \
	%D%/owners.sh \
	%D%/names.sh \
	%D%/pure.sh \
	%D%/commands.sh \
	%D%/units.sh \
	%D%/scripts.sh \
	$(SOURCE_CHECKS)
dist_check_SCRIPTS += $(LINT_CHECKS)
TESTS += $(LINT_CHECKS)
EXTRA_DIST += tests/hostile.md tests/ircv3.md %D%/common.sh %D%/rooms %D%/pure.allow

# No check needs a test program.
check-lint: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS check_PROGRAMS= TESTS="$(LINT_CHECKS)"

# After a whole check with another compiler.
check-program: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="`for test in $(TESTS); do \
		case ' $(SOURCE_CHECKS) ' in *\ $$test\ *) ;; *) echo $$test ;; esac; done | tr '\n' ' '`"
.PHONY: check-lint check-program
