using FLTS.Benchmarks;
using NUnit.Framework;

namespace FLTS.Tests.BenchmarkTests;

[TestFixture]
internal sealed class TrainProfileTests
{
    [Test]
    public void Only_the_training_thread_counts_and_what_is_neither_libtorch_nor_the_system_is_ours()
    {
        const string core = "[FLTS.Forecasting] FLTS.Forecasting.Recurrent";
        const string report = $"""
            # Overhead	     Samples	Command	Shared Object	Symbol
             50.00%  	 500        	flts-training  	[JIT] tid 31968	[.] 0x00007f08be91d1ef
             10.00%  	 100        	flts-training  	[JIT] tid 31968	[.] void {core}.Kernels.GruCell::Forward(float32*)[OptimizedTier1]
             5.00%  	 50         	flts-training  	[JIT] tid 31968	[.] instance void {core}.Training.NetTrainer::Step()[Tier0]
             19.00%  	 200        	flts-training  	libtorch_cpu.so	[.] c10::impl::OperatorEntry::lookup
             9.00%  	 90         	.NET Tiered Com	libclrjit.so	[.] 0x00000000006ecb00
             3.00%  	 40         	flts-training  	libc.so.6	[.] malloc
             3.00%  	 60         	flts-training  	[kernel.kallsyms]	[k] clear_page_erms
             1.00%  	 30         	flts-training  	libcoreclr.so	[.] 0x0000000000000b00
             1.00%  	 20         	flts-training  	libLibTorchSharp.so	[.] THSTensor_addmm_

            """;

        var shares = TrainProfile.Shares(report);

        Assert.That((long)shares["samples"]!, Is.EqualTo(1000));
        Assert.That((double)shares["share_in_libtorch"]!, Is.EqualTo(0.7));
        Assert.That((double)shares["share_in_gru_cell"]!, Is.EqualTo(0.1));
        Assert.That((double)shares["share_in_system"]!, Is.EqualTo(0.1));
        Assert.That((double)shares["share_outside_libtorch"]!, Is.EqualTo(0.1));
    }

    [Test]
    public void Without_a_sample_there_is_no_share() => Assert.That(TrainProfile.Shares("# nothing\n")["share_outside_libtorch"], Is.Null);
}
