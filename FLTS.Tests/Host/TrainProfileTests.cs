using FLTS.Host.Cli.Benchmarks;
using NUnit.Framework;

namespace FLTS.Tests.Host;

[TestFixture]
internal sealed class TrainProfileTests
{
    [Test]
    public void Only_the_training_thread_counts_and_what_is_neither_libtorch_nor_the_system_is_ours()
    {
        const string report = """
            # Overhead	     Samples	Command	Shared Object
             60.00%  	 600        	flts-training  	[JIT] tid 31968
             19.00%  	 200        	flts-training  	libtorch_cpu.so
             9.00%  	 90         	.NET Tiered Com	libclrjit.so
             3.00%  	 40         	flts-training  	libc.so.6
             3.00%  	 60         	flts-training  	[kernel.kallsyms]
             2.00%  	 50         	flts-training  	memfd:doublemapper (deleted)
             1.00%  	 30         	flts-training  	libcoreclr.so
             1.00%  	 20         	flts-training  	libLibTorchSharp.so

            """;

        var shares = TrainProfile.Shares(report);

        Assert.That((long)shares["samples"]!, Is.EqualTo(1000));
        Assert.That((double)shares["share_in_libtorch"]!, Is.EqualTo(0.8));
        Assert.That((double)shares["share_in_system"]!, Is.EqualTo(0.1));
        Assert.That((double)shares["share_outside_libtorch"]!, Is.EqualTo(0.1));
    }

    [Test]
    public void Without_a_sample_there_is_no_share() => Assert.That(TrainProfile.Shares("# nothing\n")["share_outside_libtorch"], Is.Null);
}
