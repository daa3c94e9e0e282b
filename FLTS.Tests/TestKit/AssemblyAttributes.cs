// Two cores are what CI has, and more than a third of its time was waiting for processes with two at a time: three. Fixtures run one after
// the other unless they say [Parallelizable]: those that measure time or memory, use torch themselves or read the meters of a host in this
// process stay silent; those of computation, and those that start hosts or processes and wait for them (for a lease to expire, a server to
// come back), ask for it.
[assembly: NUnit.Framework.LevelOfParallelism(3)]

[assembly: FLTS.Tests.TestKit.ServersWhereChosen]
