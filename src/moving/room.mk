noinst_LIBRARIES += %D%/libmoving.a
%C%_libmoving_a_SOURCES = \
	%D%/anope.c \
	%D%/anope_objects.c %D%/anope_objects.h \
	%D%/atheme.c \
	%D%/bouncer_log.c %D%/bouncer_log.h \
	%D%/bouncer_path.c %D%/bouncer_path.h \
	%D%/ergo.c %D%/ergo.h \
	%D%/ergo_accounts.c \
	%D%/ergo_opers.c %D%/ergo_opers.h \
	%D%/ergo_syntax.c %D%/ergo_syntax.h \
	%D%/inspircd.c %D%/inspircd.h \
	%D%/inspircd_opers.c %D%/inspircd_opers.h \
	%D%/inspircd_syntax.c %D%/inspircd_syntax.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/moved.c %D%/moved.h \
	%D%/moved_config.c %D%/moved_config.h \
	%D%/moving_formats.c %D%/moving_formats.h \
	%D%/moving_modes.c %D%/moving_modes.h \
	%D%/moving_tree.c %D%/moving_tree.h \
	%D%/ngircd.c %D%/ngircd.h \
	%D%/ngircd_syntax.c %D%/ngircd_syntax.h \
	%D%/registry.c %D%/registry.h \
	%D%/registry_calls.c %D%/registry_calls.h \
	%D%/registry_formats.c %D%/registry_formats.h \
	%D%/registry_hash.c %D%/registry_hash.h \
	%D%/unrealircd.c %D%/unrealircd.h \
	%D%/unrealircd_opers.c %D%/unrealircd_opers.h \
	%D%/unrealircd_syntax.c %D%/unrealircd_syntax.h
