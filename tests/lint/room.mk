# Checks of the sources, whose results do not depend on the compiler. After a whole check, `make check
# SOURCE_TESTS=` leaves them out.
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
	%D%/translations.sh \
	%D%/selftest.sh
SOURCE_TESTS = $(SOURCE_CHECKS)

# Checks of the archives and the units: see the first lines of each.
ARCHIVE_CHECKS = \
	%D%/layers.sh \
	%D%/link.sh \
	%D%/circles.sh \
	%D%/owners.sh \
	%D%/names.sh \
	%D%/pure.sh \
	%D%/commands.sh \
	%D%/powers.sh \
	%D%/readers.sh \
	%D%/units.sh \
	%D%/scripts.sh
dist_check_SCRIPTS += $(ARCHIVE_CHECKS) $(SOURCE_CHECKS)
TESTS += $(ARCHIVE_CHECKS) $(SOURCE_TESTS)
EXTRA_DIST += tests/hostile.md tests/ircv3.md %D%/common.sh %D%/rooms %D%/pure.allow

# No check needs a test program.
check-lint: all
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS check_PROGRAMS= TESTS="$(ARCHIVE_CHECKS) $(SOURCE_CHECKS)"

# After a whole check with another compiler.
check-program: all
	$(MAKE) $(AM_MAKEFLAGS) check SOURCE_TESTS=
.PHONY: check-lint check-program
