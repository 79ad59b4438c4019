noinst_LIBRARIES += %D%/libgenerator.a
%C%_libgenerator_a_SOURCES = \
	%D%/generator.c %D%/generator.h

if HAVE_SYSTEMD_UNITS
systemdgeneratordir = $(systemdsystemgeneratordir)
systemdgenerator_PROGRAMS = papod-generator
else
noinst_PROGRAMS += papod-generator
endif
papod_generator_SOURCES = %D%/main.c
# systemd waits for it at each boot, so it loads only libraries that it calls.
papod_generator_LDFLAGS = $(AM_LDFLAGS) -Wl,--as-needed
papod_generator_LDADD = $(ROOMS_generator) $(LIBS_config)
