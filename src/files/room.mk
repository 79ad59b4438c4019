noinst_LIBRARIES += %D%/libfiles.a
%C%_libfiles_a_SOURCES = \
	%D%/config_files.c %D%/config_files.h \
	%D%/problems.c %D%/problems.h
