using FLTS.Host.Cli;

return await CommandLine.RunAsync(args);
