// Two cores are what CI has. Fixtures run one after the other unless they say [Parallelizable]: those that train with
// torch, start servers or start the host stay silent; those of pure computation may ask for it.
[assembly: NUnit.Framework.LevelOfParallelism(2)]

[assembly: FLTS.Tests.TestKit.ServersWhereChosen]
